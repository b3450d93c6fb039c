import { Predictions } from '@radweave/study/scores/predictions';
import { type Tensor, tidy } from '@radweave/torch';
import { isAugmenting } from '../slices/augment.ts';
import { type Changes, epochOrder, makeBatch } from '../slices/batches.ts';
import { paced } from '../slices/inference.ts';
import type { SliceSet } from '../slices/slice-pixels.ts';
import { batchSlices, DivergedError, REMEDY } from './diverged.ts';
import { type Forward, predictBatch, targetsOf } from './network.ts';
import type { TrainingJob } from './training-job.ts';
import { type ReadResult, UnreadResults } from './unread-results.ts';

/** A batch as the frozen stages gave it, where that is kept, and what follows; else as the whole network sees it. */
export function inputOf(
  {
    model,
    frozen,
    normalisation,
    compute,
  }: Pick<TrainingJob, 'model' | 'frozen' | 'normalisation' | 'compute'>,
  set: SliceSet,
  positions: Uint32Array,
  changes?: Changes,
): { forward: Forward; batch: Tensor } {
  const isChanged = changes !== undefined && isAugmenting(changes.augmentation);
  const kept = isChanged ? null : frozen.of(set, positions);
  if (kept !== null) return { forward: (batch) => model.forwardLearning(batch), batch: kept };
  const batch = makeBatch(set.pixels, positions, normalisation, compute, changes);
  return { forward: (slices) => model.call(slices), batch };
}

/** Predictions of a whole split by the model in eval mode, without augmentation. */
export async function predictSet(
  job: Pick<
    TrainingJob,
    | 'model'
    | 'frozen'
    | 'loss'
    | 'classWeight'
    | 'compute'
    | 'classes'
    | 'batchSize'
    | 'normalisation'
    | 'ranks'
  >,
  set: SliceSet,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Predictions> {
  const { table } = set;
  const predictions = new Predictions(table.length, job.classes);
  const unread = new UnreadResults();
  job.model.eval();
  const order = epochOrder(table.length, 0, 0, false);
  const { model, compute, classWeight } = job;
  // Frozen stages keep nothing in training either, and a weighted loss is a mean within its batch.
  const isAlone = compute.device === 'cpu' || model.frozenStages > 0 || classWeight !== null;
  const batchSize = isAlone ? job.batchSize : PREDICTED_AT_ONCE * job.batchSize;
  const own = job.ranks?.predicted(order, batchSize) ?? order;
  const pace = {
    batchSize,
    beforeBatch: () => undefined,
    // The others are as far with theirs.
    onProgress: (done: number) => onProgress(Math.round((done / own.length) * order.length), order.length),
  };
  const results: ReadResult[] = [];
  for await (const positions of paced(own, pace)) {
    const outputs = tidy(() => {
      const { forward, batch } = inputOf(job, set, positions);
      const targets = targetsOf(table.labels, positions, job.compute.device);
      return predictBatch(forward, batch, targets, job.loss, job.classWeight, job.compute);
    });
    unread.add(positions, outputs);
    const isDue = job.compute.device === 'cpu' || unread.count === VALIDATION_READING;
    if (isDue) results.push(...unread.read());
  }
  results.push(...unread.read());
  for (const { positions, loss, probabilities } of job.ranks?.all(order, batchSize, job.classes, results) ??
    results) {
    if (!Number.isFinite(loss)) {
      const slices = batchSlices(table, positions);
      throw new DivergedError(`the network's loss is ${loss} on ${slices}: it has diverged. ${REMEDY}`);
    }
    predictions.add(positions, probabilities, loss);
  }
  return predictions;
}

/**
 * Batches of training that a GPU evaluates as one: most of its time would be launching else, and without a backward pass they take
 * less memory than one does with it.
 */
const PREDICTED_AT_ONCE = 4;

/** Batches between two readings of evaluated slices from a GPU. */
const VALIDATION_READING = 8;
