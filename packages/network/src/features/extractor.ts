import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { DataError, InterruptedError } from '@radweave/artifacts';
import type { PatientSlices } from '@radweave/study/cohort/slice-order';
import { inferenceMode, profileRange, tidy } from '@radweave/torch';
import { inPrecision } from '../compute/under-precision.ts';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { makeBatch } from '../slices/batches.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';

/** How to go through the slices. */
export interface ExtractionPace {
  /** Slices per batch; batches span patients. */
  batchSize: number;
  onProgress: (done: number, total: number) => void;
  shouldStop: () => boolean;
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
  pace: ExtractionPace,
): AsyncGenerator<{ index: number; features: Float32Array }> {
  const dims = network.model.numFeatures;
  const order = Uint32Array.from(patients.flatMap(({ positions }) => positions));
  let waiting = new Float32Array(0);
  let index = 0;
  for (let start = 0; start < order.length; start += pace.batchSize) {
    if (pace.shouldStop()) throw interrupted();
    const positions = order.subarray(start, start + pace.batchSize);
    waiting = joined(waiting, featuresOf(network, pixels, positions));
    for (;;) {
      const size = (patients[index]?.positions.length ?? Number.POSITIVE_INFINITY) * dims;
      if (size > waiting.length) break;
      const features = waiting.slice(0, size);
      waiting = waiting.slice(size);
      requireFinite(features, patients[index]?.patient ?? '');
      yield { index: index++, features };
    }
    pace.onProgress(start + positions.length, order.length);
    await yieldToEvents();
  }
}

/** Features of a batch of slices, float32 (slices × dims), row by row. */
export function featuresOf(
  { model, normalisation, compute }: Pick<FeatureNetwork, 'model' | 'normalisation' | 'compute'>,
  pixels: SlicePixels,
  positions: Uint32Array,
): Float32Array {
  return inferenceMode(() =>
    tidy(() => {
      const batch = profileRange('batch', () => makeBatch(pixels, positions, normalisation, compute));
      const forward = () => model.forwardHead(model.forwardFeatures(batch), { preLogits: true });
      return inPrecision(compute, forward).toFloat32Array();
    }),
  );
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function requireFinite(features: Float32Array, patient: string): void {
  if (features.every(Number.isFinite)) return;
  throw new DataError('E_FEATURES_NOT_FINITE', `the network gives NaN or infinite features for ${patient}`, {
    mend: 'Use --precision fp32; if that does not help, the checkpoint itself is spoilt: train again',
  });
}

function interrupted(): InterruptedError {
  return new InterruptedError('E_INTERRUPTED', 'extraction was stopped', {
    mend: 'The features of before are as they were; run the same command again',
  });
}
