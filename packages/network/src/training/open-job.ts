import type { Config } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { type CudaDevice, cudaDevice, manualSeed, resolveDevice, setRngState } from '@radweave/torch';
import { type ChosenCompute, chooseCompute, computeSettings, openedDevice } from '../compute/compute.ts';
import { buildNetwork, type Network, requirePretrained } from '../open/network-source.ts';
import { resumedNetwork } from '../open/network-spec.ts';
import type { LoadedSplit } from '../slices/load.ts';
import { makeResident } from '../slices/resident.ts';
import {
  augmentationOf,
  buildClassWeight,
  buildLoss,
  buildOptimizer,
  buildScaler,
  buildScheduler,
  buildWork,
} from './build.ts';
import { fitBatch } from './fit-batch.ts';
import { FrozenOutputs } from './frozen-outputs.ts';
import { unpackPartial } from './partial-epoch.ts';
import type { Ranks } from './ranks.ts';
import { type Restorable, restorable } from './restorable.ts';
import { finishedBatches } from './resume-check.ts';
import type { Splits, TrainingSets } from './session-splits.ts';
import { Trainer } from './trainer.ts';
import type { TrainingJob } from './training-job.ts';

export interface JobOptions {
  config: Config;
  run: RunFolder;
  resume: boolean;
  sets: TrainingSets;
  /** The processes that train together; null for one alone. */
  ranks: Ranks | null;
  /** Epochs after which training pauses; all of the configuration by default. */
  until?: number | undefined;
}

/** Data, network and all that trains it, new or as the last checkpoint left it. Nothing is written. */
export interface OpenedJob {
  /** As it is trained: with the batch that fits, where that was looked for. */
  config: Config;
  splits: Splits;
  network: Network;
  compute: ChosenCompute;
  trainer: Trainer;
  saved: Restorable | null;
}

/** Reads the data and builds or restores everything. */
export async function openJob(options: JobOptions, context: StageContext): Promise<OpenedJob> {
  const { config, run, resume, sets, ranks, until } = options;
  const settings = computeSettings(config);
  // Each of several processes has a device of its own; what is recorded is what was asked for.
  if (ranks !== null) settings.device = ranks.device;
  const saved = resume ? await restorable(run, config, sets.tables) : null;
  const begun = saved?.about.precision;
  const waits = resolveDevice(settings.device) === 'cpu' || (ranks !== null && ranks.rank > 0);
  // Opening a GPU takes about as long as decoding. On a CPU what `auto` measures would be disturbed.
  let decoding = waits ? null : sets.decoding();
  try {
    const spec = resumedNetwork(config, saved);
    const work = buildWork(config, spec);
    const fetch = async (): Promise<void> => {
      if (ranks === null || ranks.rank === 0) await requirePretrained(spec, context);
    };
    // Before `auto` measures for seconds.
    await (ranks === null ? fetch() : ranks.eachDoes(fetch));
    const choose = (): ChosenCompute => chooseCompute(settings, work, context, begun);
    const compute =
      ranks === null
        ? choose()
        : { ...ranks.fromFirst(choose), device: await ranks.eachDoes(() => openedDevice(settings)) };
    const read = async (): Promise<Pick<OpenedJob, 'network' | 'splits'>> => {
      decoding ??= sets.decoding();
      // A default stream cannot be recorded; what is made from here on is made on this one.
      cudaDevice(compute.device)?.useOwnStream();
      manualSeed(config.experiment.seed);
      const network = await buildNetwork(spec, compute, context);
      // Last, for it takes longest: weights that cannot be had, say, are told before.
      const splits = residentSplits(await decoding.all(), compute.device, cudaDevice(compute.device));
      return { network, splits };
    };
    const { network, splits } = await (ranks === null ? read() : ranks.inTurn(read));
    const fitted = fitBatch(config, compute, splits.train, network, context);
    const trainer = new Trainer(jobOf(fitted, compute, splits, network, ranks, until));
    if (saved !== null) restore(trainer, saved, fitted);
    if (ranks !== null) begin(ranks, network, config);
    return { config: fitted, splits, network, compute, trainer, saved };
  } finally {
    await decoding?.close();
  }
}

function jobOf(
  { training, model, experiment, augmentation }: Config,
  compute: ChosenCompute,
  { train, val }: Splits,
  network: Network,
  ranks: Ranks | null,
  until: number = training.epochs,
): TrainingJob {
  const optimizer = buildOptimizer(training, network.model);
  const { labels } = train.table;
  const classWeight = buildClassWeight(training, labels, model.num_classes, compute.device);
  return {
    model: network.model,
    frozen: new FrozenOutputs(network.model, network.normalisation, compute),
    optimizer,
    scaler: buildScaler(compute),
    scheduler: buildScheduler(training, optimizer),
    loss: buildLoss(training),
    classWeight,
    meanWeight: training.loss_type === 'ce' ? classWeight : null,
    compute,
    train,
    validation: val,
    classes: model.num_classes,
    epochs: until,
    batchSize: training.batch_size,
    seed: experiment.seed,
    shuffle: training.shuffle,
    augmentation: augmentationOf(augmentation),
    normalisation: network.normalisation,
    gradAccumulation: training.grad_accumulation,
    clipGradNorm: training.clip_grad_norm ?? 0,
    patience: training.early_stop_enabled ? training.early_stop_patience : null,
    monitor: training.monitor,
    recording: ranks === null ? cudaDevice(compute.device) : null,
    ranks,
  };
}

function restore(trainer: Trainer, { about, resume }: Restorable, config: Config): void {
  const { optimizer, scheduler, scaler, compute, train, classes } = trainer.job;
  const { epoch, best } = about;
  const { length } = train.table;
  const step = finishedBatches(about.step, about.config.training, config.training, length);
  optimizer.loadStateDict(resume.optimizer);
  scheduler.loadStateDict(resume.scheduler);
  if (resume.scaler !== null) scaler?.loadStateDict(resume.scaler);
  setRngState(resume.rng);
  const { device } = compute;
  if (resume.deviceRng !== null && device !== 'cpu') setRngState(resume.deviceRng, device);
  trainer.progress = { epoch, step, best, partial: unpackPartial(resume.partial, length, classes) };
}

/** All processes have read what they need, and begin with the same weights. What dropout drops is each one's own. */
function begin(ranks: Ranks, { model }: Network, { training, experiment }: Config): void {
  if (training.sync_batch_norm) ranks.joinNorms(model);
  ranks.takeFirst(model.stateDict().values());
  if (ranks.rank > 0) manualSeed(experiment.seed + ranks.rank);
}

/** Of a device's free memory, for slices: the rest is for the network. */
const MEMORY_SHARE = 1 / 4;

/**
 * The sets that are read in every epoch, their slices on the device where they fit. The external test set is read once, so it
 * stays where it is.
 */
function residentSplits(splits: Splits, device: string, cuda: CudaDevice | null): Splits {
  if (cuda === null) return splits;
  let free = cuda.memory().free * MEMORY_SHARE;
  const placed = (split: LoadedSplit): LoadedSplit => {
    const pixels = makeResident(split.pixels, split.table.length, device, free);
    if (pixels === null) return split;
    free -= pixels.resident.numel * (pixels.bitDepth / 8);
    const close = (): void => {
      pixels.resident.dispose();
      split.close();
    };
    return { ...split, pixels, close };
  };
  return { train: placed(splits.train), val: placed(splits.val), test: splits.test };
}
