import { DataError, InterruptedError } from '@radweave/artifacts';
import { type Matrix, matrixFrom } from '@radweave/stats';
import type { StageContext } from '@radweave/study/context/events';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { paced, requireFinite, stagePace, valuesOf } from '../slices/inference.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';

/**
 * The network's probabilities of slices, slices × classes, in the order asked for.
 *
 * @throws InterruptedError when told to stop; DataError when a logit is not finite.
 */
export async function sliceProbabilities(
  network: FeatureNetwork,
  pixels: SlicePixels,
  positions: Uint32Array,
  batchSize: number,
  context: StageContext,
): Promise<Matrix> {
  const { model } = network;
  const rows: Float32Array[] = [];
  for await (const batch of paced(positions, stagePace(context, batchSize, 'predicting slices', stopped))) {
    const values = valuesOf(network, pixels, batch, (slices) => model.call(slices).softmax(1));
    requireFinite(values, notFinite);
    for (let i = 0; i < batch.length; i++) {
      rows.push(values.subarray(i * model.numClasses, (i + 1) * model.numClasses));
    }
  }
  return matrixFrom(rows, model.numClasses);
}

function notFinite(): DataError {
  return new DataError('E_PROBABILITIES_NOT_FINITE', 'the network gives NaN or infinite logits', {
    hint: 'The checkpoint is damaged; train again',
  });
}

/** The error of a user who asked to stop. */
export function stopped(): InterruptedError {
  const hint = 'The earlier explanations are unchanged; run the same command again';
  return new InterruptedError('explaining was stopped', hint);
}
