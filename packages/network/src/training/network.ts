import { fromTypedArray, inferenceMode, type Tensor, tidy } from '@radweave/torch';
import type { Compute } from '../compute/compute.ts';
import { backwardInPrecision, inPrecision } from '../compute/under-precision.ts';
import type { Loss } from './losses.ts';

/** Mean loss of a batch, a scalar, and its class probabilities [batch, K], both float32 where they were computed. */
export interface BatchResult {
  loss: Tensor;
  probabilities: Tensor;
}

/** Labels as the losses want them: int64 [N]. */
export function targetsOf(labels: Int32Array, positions: ArrayLike<number>, device: string): Tensor {
  const targets = BigInt64Array.from({ length: positions.length }, (_, i) =>
    BigInt(labels[positions[i] ?? 0] ?? 0),
  );
  return fromTypedArray(targets, [targets.length], { device });
}

/** A network, or what follows its frozen stages: a batch to logits [N, K]. */
export type Forward = (batch: Tensor) => Tensor;

/**
 * Forward and backward of one batch; gradients are added to the parameters'.
 *
 * @param weighed what the gradients are of: the loss by its share of a step, or scaled.
 */
export function learnFrom(
  forward: Forward,
  batch: Tensor,
  targets: Tensor,
  loss: Loss,
  classWeight: Tensor | null,
  compute: Compute,
  weighed: (loss: Tensor) => Tensor = (value) => value,
): BatchResult {
  return tidy(() => {
    const logits = inPrecision(compute, () => forward(batch));
    const value = loss(logits, targets, classWeight);
    backwardInPrecision(compute, () => weighed(value).backward());
    return result(logits, value);
  });
}

/** Loss and probabilities of one batch without learning; the network must be in eval mode. */
export function predictBatch(
  forward: Forward,
  batch: Tensor,
  targets: Tensor,
  loss: Loss,
  classWeight: Tensor | null,
  compute: Compute,
): BatchResult {
  return inferenceMode(() =>
    tidy(() => {
      const logits = inPrecision(compute, () => forward(batch));
      return result(logits, loss(logits, targets, classWeight));
    }),
  );
}

function result(logits: Tensor, loss: Tensor): BatchResult {
  return { loss: loss.detach(), probabilities: logits.detach().softmax(1) };
}
