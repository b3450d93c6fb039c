import type { ResourceError } from '@radweave/artifacts';
import { emptyCache, tidy } from '@radweave/torch';
import { isOutOfMemory, trainingOutOfMemory } from '../compute/gpu-errors.ts';
import { augmentationStream, makeBatch } from '../slices/batches.ts';
import { learnFrom, targetsOf } from './network.ts';
import type { TrainingJob } from './trainer.ts';

/**
 * The largest part of a batch that the device has memory for: a half, a third, … found by training on it. The network is
 * of no use afterwards.
 *
 * @param fits tells whether a batch of this size can be computed.
 * @returns a divisor of `batch`, so that accumulation makes the same steps; null when there is none.
 */
export function fittingBatch(batch: number, fits: (size: number) => boolean): number | null {
  for (let parts = 2; parts <= batch; parts++) {
    if (batch % parts === 0 && fits(batch / parts)) return batch / parts;
  }
  return null;
}

/** What to tell of a batch that did not fit. @param resume the command that goes on. */
export function explainTooLarge(job: TrainingJob, resume: string, cause: unknown): ResourceError {
  const { batchSize: batch, gradAccumulation: accumulation, compute } = job;
  const fitting = fittingBatch(batch, (size) => stepFits(job, size));
  return trainingOutOfMemory({ device: compute.device, batch, accumulation, resume }, fitting, cause);
}

/** Whether a step on this many slices can be computed, optimizer included. */
function stepFits(job: TrainingJob, size: number): boolean {
  emptyCache();
  try {
    step(job, size);
    return true;
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return false;
  }
}

function step(job: TrainingJob, size: number): void {
  const { model, optimizer, train, compute, normalisation, augmentation, seed } = job;
  const positions = Uint32Array.from({ length: size }, (_, i) => i % train.table.length);
  model.train();
  optimizer.zeroGrad();
  tidy(() => {
    const changes = { augmentation, stream: augmentationStream(seed, 1) };
    const batch = makeBatch(train.pixels, positions, normalisation, compute, changes);
    const targets = targetsOf(train.table.labels, positions, compute.device);
    learnFrom((x) => model.call(x), batch, targets, job.loss, job.classWeight, compute, 1);
    optimizer.step();
  });
}
