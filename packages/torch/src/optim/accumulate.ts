import { tidy } from '../scope.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Gradients of one large batch from several small ones, for batches that do not fit into memory: each part's mean
 * loss counts by its share of the samples, so parts of different size (the last of an epoch) weigh correctly.
 * Batch norm still sees each part by itself. Call `zeroGrad` before and `step` after.
 *
 * @param parts each with its number of samples.
 * @param lossOf the mean loss of a part, a scalar.
 * @returns the mean loss over all samples.
 * @throws RangeError when there are no samples.
 */
export function accumulateGradients<Part>(
  parts: readonly { part: Part; samples: number }[],
  lossOf: (part: Part) => Tensor,
): number {
  const total = parts.reduce((sum, { samples }) => sum + samples, 0);
  if (!(total > 0)) throw new RangeError('accumulateGradients: there are no samples');
  let mean = 0;
  for (const { part, samples } of parts) {
    mean += tidy(() => {
      const share = lossOf(part).mul(samples / total);
      share.backward();
      return share.item();
    });
  }
  return mean;
}
