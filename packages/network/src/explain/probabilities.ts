import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { DataError, InterruptedError } from '@radweave/artifacts';
import { type Matrix, matrixFrom } from '@radweave/stats';
import type { StageContext } from '@radweave/study/context/events';
import { inferenceMode, tidy } from '@radweave/torch';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { inBatches, makeBatch } from '../slices/batches.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';

/**
 * The network's probabilities of slices, slices × classes, in the order asked for.
 *
 * @throws InterruptedError when told to stop; DataError when a logit is not finite.
 */
export async function sliceProbabilities(
  { model, normalisation, compute }: FeatureNetwork,
  pixels: SlicePixels,
  positions: Uint32Array,
  batchSize: number,
  context: StageContext,
): Promise<Matrix> {
  const rows: Float32Array[] = [];
  for (const batch of inBatches(positions, batchSize)) {
    stopIfTold(context);
    const values = inferenceMode(() =>
      tidy(() =>
        model
          .call(makeBatch(pixels, batch, normalisation, compute))
          .softmax(1)
          .toFloat32Array(),
      ),
    );
    if (!values.every(Number.isFinite)) {
      throw new DataError('E_PROBABILITIES_NOT_FINITE', 'the network gives NaN or infinite logits', {
        mend: 'The checkpoint is spoilt: train again',
      });
    }
    for (let i = 0; i < batch.length; i++) {
      rows.push(values.subarray(i * model.numClasses, (i + 1) * model.numClasses));
    }
    context.emit({ kind: 'progress', task: 'judging slices', done: rows.length, total: positions.length });
    await yieldToEvents();
  }
  return matrixFrom(rows, model.numClasses);
}

/** @throws InterruptedError when the user asked to stop. */
export function stopIfTold(context: StageContext): void {
  if (!context.shouldStop()) return;
  throw new InterruptedError('E_INTERRUPTED', 'explaining was stopped', {
    mend: 'The explanations of before are as they were; run the same command again',
  });
}
