import { DataError, InterruptedError } from '@radweave/artifacts';
import type { PatientSlices } from '@radweave/study/cohort/slice-order';
import type { StageContext } from '@radweave/study/context/events';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { paced, requireFinite, stagePace, valuesOf } from '../slices/inference.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';

/** How to go through the slices. */
export interface Extraction {
  /** Slices per batch; batches span patients. */
  batchSize: number;
  /** How progress calls it. */
  task: string;
  context: StageContext;
}

/**
 * Computes the features before the classifier, patient by patient, each float32 (slices × dims).
 *
 * @throws InterruptedError when told to stop; DataError when a feature is not finite.
 */
export async function* extractPatients(
  network: FeatureNetwork,
  pixels: SlicePixels,
  patients: readonly PatientSlices[],
  { batchSize, task, context }: Extraction,
): AsyncGenerator<{ index: number; features: Float32Array }> {
  const dims = network.model.numFeatures;
  const order = Uint32Array.from(patients.flatMap(({ positions }) => positions));
  let waiting = new Float32Array(0);
  let index = 0;
  for await (const positions of paced(order, stagePace(context, batchSize, task, interrupted))) {
    waiting = joined(waiting, featuresOf(network, pixels, positions));
    for (;;) {
      const size = (patients[index]?.positions.length ?? Number.POSITIVE_INFINITY) * dims;
      if (size > waiting.length) break;
      const features = waiting.slice(0, size);
      waiting = waiting.slice(size);
      const { patient } = patients[index] ?? { patient: '' };
      requireFinite(features, () => notFinite(patient));
      yield { index: index++, features };
    }
  }
}

/** Features of a batch of slices, float32 (slices × dims), row by row. */
export function featuresOf(
  network: Pick<FeatureNetwork, 'model' | 'normalisation' | 'compute'>,
  pixels: SlicePixels,
  positions: Uint32Array,
): Float32Array {
  const { model } = network;
  return valuesOf(network, pixels, positions, (batch) =>
    model.forwardHead(model.forwardFeatures(batch), { preLogits: true }),
  );
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function notFinite(patient: string): DataError {
  return new DataError('E_FEATURES_NOT_FINITE', `the network gives NaN or infinite features for ${patient}`, {
    mend: 'Use --precision fp32; if that does not help, the checkpoint itself is spoilt: train again',
  });
}

function interrupted(): InterruptedError {
  return new InterruptedError('E_INTERRUPTED', 'extraction was stopped', {
    mend: 'The features of before are as they were; run the same command again',
  });
}
