import { DataError, InterruptedError } from '@radweave/artifacts';
import type { PatientSlices } from '@radweave/study/cohort/slice-order';
import type { StageContext } from '@radweave/study/context/events';
import { cudaDevice, F, type Tensor, tidy } from '@radweave/torch';
import { type Compute, inferenceBatch } from '../compute/compute.ts';
import type { FeatureNetwork } from '../open/feature-network.ts';
import { outputOf, paced, requireFinite, stagePace } from '../slices/inference.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';

export interface Extraction {
  /** Slices per batch; batches span patients. */
  batchSize: number;
  /** How progress calls it. */
  task: string;
  context: StageContext;
}

/** The slices of patients, one after the other: batches are made in this order. */
export function sliceOrder(patients: readonly PatientSlices[]): Uint32Array {
  return Uint32Array.from(patients.flatMap(({ positions }) => positions));
}

/**
 * Computes the features before the classifier, patient by patient, each float32 (slices × dims).
 *
 * @throws InterruptedError when told to stop; DataError when a feature is not finite.
 */
export function extractPatients(
  network: FeatureNetwork,
  pixels: SlicePixels,
  patients: readonly PatientSlices[],
  extraction: Extraction,
): AsyncGenerator<PatientFeatures> {
  const rows = featureRows(network, pixels, sliceOrder(patients), extraction);
  return byPatient(rows, network.model.numFeatures, patients);
}

/** The features of a patient, by their place in the list. */
interface PatientFeatures {
  index: number;
  features: Float32Array;
}

/** Puts rows of features, which come in pieces of any length, together by patient. @throws DataError when one is not finite. */
export async function* byPatient(
  pieces: AsyncIterable<Float32Array>,
  dims: number,
  patients: readonly PatientSlices[],
): AsyncGenerator<PatientFeatures> {
  let waiting = new Float32Array(0);
  let index = 0;
  for await (const rows of pieces) {
    waiting = joined(waiting, rows);
    let used = 0;
    for (;;) {
      const size = (patients[index]?.positions.length ?? Number.POSITIVE_INFINITY) * dims;
      if (used + size > waiting.length) break;
      const features = waiting.slice(used, used + size);
      used += size;
      const { patient } = patients[index] ?? { patient: '' };
      requireFinite(features, () => notFinite(patient));
      yield { index: index++, features };
    }
    waiting = waiting.slice(used);
  }
}

/** Batches that a large GPU computes as one: most of its time would be launching else. */
const AT_ONCE = 4;
/** Bytes of memory of a large GPU. */
const LARGE = 20 * 2 ** 30;

/** Slices per pass for features: as {@link inferenceBatch}, and more on a GPU that has the memory. */
export function extractionBatch(asked: number, compute: Compute): number {
  const large = (cudaDevice(compute.device)?.properties.bytes ?? 0) >= LARGE;
  return inferenceBatch(asked, compute) * (large ? AT_ONCE : 1);
}

/** Batches that a GPU is given before their features are fetched: fetching waits for it. */
const IN_FLIGHT = 4;

/**
 * The features of slices in order, in pieces. What is done with a piece is done while a GPU computes what comes after it.
 *
 * @throws InterruptedError when told to stop.
 */
export async function* featureRows(
  network: FeatureNetwork,
  pixels: SlicePixels,
  order: Uint32Array,
  { batchSize, task, context }: Extraction,
): AsyncGenerator<Float32Array> {
  const pace = stagePace(context, batchSize, task, interrupted);
  const most = network.compute.device === 'cpu' ? 1 : IN_FLIGHT;
  const launched: Tensor[] = [];
  const fetched: Float32Array[] = [];
  try {
    for await (const positions of paced(order, pace)) {
      launched.push(featuresOf(network, pixels, positions).keep());
      yield* fetched.splice(0);
      if (launched.length === most) fetched.push(valuesOfAll(launched));
    }
    if (launched.length > 0) fetched.push(valuesOfAll(launched));
    yield* fetched;
  } finally {
    for (const tensor of launched) tensor.dispose();
  }
}

/** Fetches and frees tensors of rows. */
function valuesOfAll(launched: Tensor[]): Float32Array {
  const all = launched.splice(0);
  const values = tidy(() => F.cat(all).toFloat32Array());
  for (const tensor of all) tensor.dispose();
  return values;
}

/** Features of a batch of slices, float32 [slices, dims], as they are launched: a GPU may not have computed them yet. */
export function featuresOf(
  network: Pick<FeatureNetwork, 'model' | 'normalisation' | 'compute'>,
  pixels: SlicePixels,
  positions: Uint32Array,
): Tensor {
  const { model } = network;
  return outputOf(network, pixels, positions, (batch) =>
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
    hint: 'Use --precision fp32; if that does not help, the checkpoint itself is damaged; train again',
  });
}

function interrupted(): InterruptedError {
  const hint = 'The earlier features are unchanged; run the same command again';
  return new InterruptedError('extraction was stopped', hint);
}
