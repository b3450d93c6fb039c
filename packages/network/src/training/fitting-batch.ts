import type { Config, ResourceError } from '@radweave/artifacts';
import { BatchNormSizeError, emptyCache, getRngState, setRngState, tidy } from '@radweave/torch';
import { isOutOfMemory, trainingOutOfMemory } from '../compute/gpu-errors.ts';
import { augmentationStream, makeBatch } from '../slices/batches.ts';
import { learnFrom, targetsOf } from './network.ts';
import type { TrainingJob } from './training-job.ts';

export type StepJob = Pick<
  TrainingJob,
  | 'model'
  | 'optimizer'
  | 'train'
  | 'compute'
  | 'normalisation'
  | 'augmentation'
  | 'seed'
  | 'loss'
  | 'classWeight'
>;

/**
 * The largest part of a batch that the device has memory for: the half, a third, … found by training on it.
 *
 * @param fits tells whether a batch of this size can be computed.
 * @param least in how many parts it is divided at least.
 * @returns a divisor of `batch`, so that accumulation makes the same steps; null when there is none.
 */
export function fittingBatch(batch: number, fits: (size: number) => boolean, least = 2): number | null {
  for (let parts = least; parts <= batch; parts++) {
    if (batch % parts === 0 && fits(batch / parts)) return batch / parts;
  }
  return null;
}

/** What to tell of a batch that did not fit; the network is of no use afterwards. @param resume the command that continues. */
export function explainTooLarge(job: TrainingJob, resume: string | null, cause: unknown): ResourceError {
  const { batchSize: batch, gradAccumulation: accumulation, compute } = job;
  const fitting = fittingBatch(batch, (size) => stepFits(job, size));
  return trainingOutOfMemory({ device: compute.device, batch, accumulation, resume }, fitting, cause);
}

/**
 * The configuration with the batch that the device has memory for, found before training: the largest part of the one that was
 * asked for, with the accumulation that makes the same steps.
 *
 * @param fits tells whether a batch of this size can be computed.
 * @returns what was asked for where it fits, and what to say of it.
 * @throws ResourceError when no part fits.
 */
export function fittedConfig(
  config: Config,
  device: string,
  fits: (size: number) => boolean,
): { config: Config; remark: string } {
  const { batch_size: batch, grad_accumulation: accumulation } = config.training;
  if (device === 'cpu') {
    return { config, remark: `--auto_batch_size has no effect on a CPU: batches have ${batch} slices.` };
  }
  const size = fittingBatch(batch, fits, 1);
  if (size === null)
    throw trainingOutOfMemory({ device, batch, accumulation, resume: null }, null, undefined);
  if (size === batch)
    return { config, remark: `Batches of ${batch} slices fit into the memory of ${device}.` };
  const grown = (batch / size) * accumulation;
  const training = { ...config.training, batch_size: size, grad_accumulation: grown };
  const remark =
    `Batches of ${batch} slices do not fit into the memory of ${device}: training takes ${size}, and ${grown} of them ` +
    'make one step (the same slices as before; batch norms see fewer at a time).';
  return { config: { ...config, training }, remark };
}

/** Tries steps out before training, and leaves network, optimizer and random numbers as they were. */
export function tryingSteps(job: StepJob): (size: number) => boolean {
  return (size) => {
    const { model, optimizer, compute } = job;
    const begun = optimizer.stateDict();
    const devices = compute.device === 'cpu' ? ['cpu'] : ['cpu', compute.device];
    const states = devices.map((device) => ({ device, state: getRngState(device).keep() }));
    // On the CPU, so that the device has all its memory.
    const weights = tidy(
      () => new Map([...model.stateDict()].map(([name, t]) => [name, t.detach().cpu().clone().keep()])),
    );
    try {
      return stepFits(job, size);
    } finally {
      optimizer.zeroGrad();
      optimizer.loadStateDict(begun);
      model.loadStateDict(weights);
      for (const { device, state } of states) setRngState(state, device);
      for (const tensor of [...weights.values(), ...states.map(({ state }) => state)]) tensor.dispose();
      emptyCache();
    }
  };
}

/** Whether steps on this many slices can be computed: the first makes the optimizer's state, the second computes beside it. */
function stepFits(job: StepJob, size: number): boolean {
  emptyCache();
  try {
    for (let i = 0; i < 2; i++) step(job, size);
    return true;
  } catch (error) {
    // Batch norms may need more than one slice.
    if (!isOutOfMemory(error) && !(error instanceof BatchNormSizeError)) throw error;
    return false;
  }
}

function step(job: StepJob, size: number): void {
  const { model, optimizer, train, compute, normalisation, augmentation, seed } = job;
  const positions = Uint32Array.from({ length: size }, (_, i) => i % train.table.length);
  model.train();
  optimizer.zeroGrad();
  tidy(() => {
    const changes = { augmentation, stream: augmentationStream(seed, 1) };
    const batch = makeBatch(train.pixels, positions, normalisation, compute, changes);
    const targets = targetsOf(train.table.labels, positions, compute.device);
    learnFrom((x) => model.call(x), batch, targets, job.loss, job.classWeight, compute);
    optimizer.step();
  });
}
