import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { ImageModel } from '@radweave/models';
import type { SliceTable } from '@radweave/study/cohort/slice-table';
import type { Candidate, EpochReport, TrainerEvents } from '@radweave/study/context/reports';
import { isBetter, isExhausted } from '@radweave/study/runs/early-stop';
import { scoreTable } from '@radweave/study/scores/history-scores';
import { Predictions } from '@radweave/study/scores/predictions';
import { type optim, type RecordingDevice, type Tensor, tidy } from '@radweave/torch';
import type { Compute } from '../compute/compute.ts';
import { type Augmentation, isAugmenting } from '../slices/augment.ts';
import {
  augmentationStream,
  type Changes,
  epochOrder,
  inBatches,
  makeBatch,
  type Normalisation,
} from '../slices/batches.ts';
import { paced } from '../slices/inference.ts';
import type { SliceSet } from '../slices/slice-pixels.ts';
import { batchSlices, DivergedError, explosion, REMEDY } from './diverged.ts';
import type { FrozenOutputs } from './frozen-outputs.ts';
import type { Loss } from './losses.ts';
import { type BatchResult, type Forward, learnFrom, predictBatch, targetsOf } from './network.ts';
import { RecordedStep } from './recorded-step.ts';
import { UnreadResults } from './unread-results.ts';
import { type Changed, changeParameters, requireScale, weighed } from './update.ts';

/** What is trained, on what, and how. */
export interface TrainingJob extends Changed {
  model: ImageModel;
  frozen: FrozenOutputs;
  scheduler: optim.Scheduler;
  loss: Loss;
  classWeight: Tensor | null;
  compute: Compute;
  train: SliceSet;
  validation: SliceSet;
  classes: number;
  epochs: number;
  batchSize: number;
  seed: number;
  shuffle: boolean;
  augmentation: Augmentation;
  normalisation: Normalisation;
  gradAccumulation: number;
  /** Epochs without a better validation score before training stops; null never stops early. */
  patience: number | null;
  monitor: 'auc' | 'patient_auc';
  /** Where whole steps can be recorded and launched in one call; null elsewhere. */
  recording: RecordingDevice | null;
}

/** How training ended. */
export type Ending = 'finished' | 'early stop' | 'interrupted';

/** Where training stands, apart from the model's and the optimizer's own states. */
export interface Progress {
  /** Completed epochs. */
  epoch: number;
  /** Completed batches of the epoch under way. */
  step: number;
  best: Candidate | null;
  /** Predictions of the epoch under way. */
  partial: Predictions | null;
}

/** Milliseconds between two readings of results from a device that computes while this thread continues. */
const READING_INTERVAL = 200;

/** Runs the epochs of one job. It holds no files: recording and checkpoints are the listener's. */
export class Trainer {
  readonly job: TrainingJob;
  progress: Progress = { epoch: 0, step: 0, best: null, partial: null };
  private readonly unread = new UnreadResults();
  private lastReading = 0;
  private hasExploded = false;
  private recorded: RecordedStep | null = null;

  constructor(job: TrainingJob) {
    this.job = job;
  }

  /** Trains from where `progress` stands. */
  async run(events: TrainerEvents): Promise<Ending> {
    const { epochs, patience } = this.job;
    this.recorded ??= this.recordedStep(events);
    while (this.progress.epoch < epochs) {
      const { epoch, best } = this.progress;
      if (patience !== null && this.progress.step === 0 && isExhausted(epoch, best, patience)) {
        return 'early stop';
      }
      const isWhole = (await this.prepare(events)) && (await this.trainEpoch(events));
      if (!isWhole) return 'interrupted';
      await events.onEpoch(await this.closeEpoch(events));
    }
    return 'finished';
  }

  /** Lets the frozen stages compute what is the same in every epoch; false when it was told to stop. */
  private async prepare(events: TrainerEvents): Promise<boolean> {
    const { frozen, train, validation, augmentation } = this.job;
    for (const set of isAugmenting(augmentation) ? [validation] : [validation, train]) {
      const isDone = await frozen.prepare(set, {
        onProgress: (done, total) => events.onFrozen(done, total),
        shouldStop: () => events.shouldStop(),
      });
      if (!isDone) return false;
    }
    return true;
  }

  /** The rest of the epoch under way; false when it was told to stop. */
  private async trainEpoch(events: TrainerEvents): Promise<boolean> {
    const { job, progress } = this;
    const epoch = progress.epoch + 1;
    const order = epochOrder(job.train.table.length, epoch, job.seed, job.shuffle);
    const steps = Math.ceil(order.length / job.batchSize);
    progress.partial ??= new Predictions(order.length, job.classes);
    job.model.train();
    for (const positions of inBatches(order, job.batchSize, progress.step)) {
      this.unread.add(positions, this.learn(positions, epoch, steps));
      progress.step++;
      if (this.isReadingDue()) this.read(events, epoch, steps);
      await yieldToEvents();
      if (this.isBetweenUpdates(steps) && events.shouldStop()) {
        this.read(events, epoch, steps);
        return false;
      }
    }
    this.read(events, epoch, steps);
    return true;
  }

  /** A CPU has computed when a step returns; a GPU may be behind, and reading would make it wait for the next launch. */
  private isReadingDue(): boolean {
    return this.job.compute.device === 'cpu' || performance.now() - this.lastReading > READING_INTERVAL;
  }

  /** Takes over the results of the steps since the last reading. */
  private read(events: TrainerEvents, epoch: number, steps: number): void {
    const { progress, unread } = this;
    let step = progress.step - unread.count;
    for (const { positions, loss, probabilities } of unread.read()) {
      step++;
      if (Number.isFinite(loss)) progress.partial?.add(positions, probabilities, loss);
      // Its step was skipped in float16: nothing was learnt from it.
      else if (this.job.scaler === null) {
        const slices = batchSlices(this.job.train.table, positions);
        throw new DivergedError(
          `the training loss became ${loss} in epoch ${epoch}, step ${step}, on ${slices}. ${REMEDY}`,
        );
      }
      this.tellExplosion(loss, positions, `epoch ${epoch}, step ${step}`, events);
      events.onStep({ epoch, step, steps, loss, slices: positions.length });
    }
    requireScale(this.job.scaler, `epoch ${epoch}, step ${step}`);
    this.lastReading = performance.now();
  }

  /** Once: what follows is of the same cause. */
  private tellExplosion(loss: number, positions: Uint32Array, where: string, events: TrainerEvents): void {
    const told = this.hasExploded ? null : explosion(loss, this.job.classes);
    if (told === null) return;
    this.hasExploded = true;
    events.onWarning(`${where}, on ${batchSlices(this.job.train.table, positions)}: ${told}.`);
  }

  private learn(positions: Uint32Array, epoch: number, steps: number): BatchResult {
    const { job, progress, recorded } = this;
    const { train, compute, augmentation } = job;
    const group = Math.min(
      job.gradAccumulation,
      steps - (progress.step - (progress.step % job.gradAccumulation)),
    );
    const result = tidy(() => {
      const changes = { augmentation, stream: augmentationStream(job.seed, epoch) };
      const { forward, batch } = inputOf(job, train, positions, changes);
      const targets = targetsOf(train.table.labels, positions, compute.device);
      if (recorded?.takes(positions.length)) return { ...recorded.run(batch, targets), isUpdated: true };
      const { loss, classWeight, scaler } = job;
      const weigh = (value: Tensor): Tensor => weighed(value, 1 / group, scaler);
      const outputs = learnFrom(forward, batch, targets, loss, classWeight, compute, weigh);
      return { ...outputs, isUpdated: false };
    });
    const isLast = (progress.step + 1) % job.gradAccumulation === 0 || progress.step + 1 === steps;
    if (isLast && !result.isUpdated) changeParameters(job, false);
    return result;
  }

  /** The whole step for recording; null where nothing can be recorded, or several batches make one step. */
  private recordedStep(events: TrainerEvents): RecordedStep | null {
    const { job } = this;
    const { model, optimizer, loss, classWeight, compute, scaler } = job;
    if (job.recording === null || job.gradAccumulation > 1) return null;
    const step = {
      prepare: () => optimizer.prepareStep(),
      run: (batch: Tensor, targets: Tensor): BatchResult => {
        const weigh = (value: Tensor): Tensor => weighed(value, 1, scaler);
        const result = learnFrom((x) => model.call(x), batch, targets, loss, classWeight, compute, weigh);
        changeParameters(job, true);
        return result;
      },
      clean: () => optimizer.zeroGrad(),
    };
    return new RecordedStep(job.recording, job, step, (why) =>
      events.onRemark(
        `this network's steps cannot be recorded as a CUDA graph: operators are launched one by one (${why})`,
      ),
    );
  }

  /** Frees what the recorded step holds. */
  dispose(): void {
    this.recorded?.dispose();
  }

  /** Gradients are not part of a checkpoint, so training may only be interrupted when none are waiting. */
  private isBetweenUpdates(steps: number): boolean {
    const { step } = this.progress;
    return step % this.job.gradAccumulation === 0 || step === steps;
  }

  private async closeEpoch(events: TrainerEvents): Promise<EpochReport> {
    const { job, progress } = this;
    const epoch = progress.epoch + 1;
    const learningRate = job.optimizer.lrs[0] ?? Number.NaN;
    const training = progress.partial ?? new Predictions(0, job.classes);
    if (training.missing > 0) {
      if (training.missing === job.train.table.length) {
        throw new DivergedError(`the training loss was not finite in any step of epoch ${epoch}. ${REMEDY}`);
      }
      events.onRemark(
        `epoch ${epoch}: the loss of ${training.missing} slices was beyond float16's range; nothing was learnt from them, and the training scores leave them out`,
      );
    }
    const predictions = await predictSet(job, job.validation, (done, total) =>
      events.onValidation(done, total),
    );
    const train = scoreTable(job.train.table, training);
    const validation = scoreTable(job.validation.table, predictions);
    const score = (job.monitor === 'auc' ? validation.slice : validation.patient).auc.value;
    const candidate: Candidate = { epoch, score, loss: validation.loss };
    const isBest = isBetter(candidate, progress.best);
    if (isBest) progress.best = candidate;
    // An undefined AUC counts as no improvement: no comparison with NaN holds.
    job.scheduler.step(score ?? Number.NaN);
    progress.epoch = epoch;
    progress.step = 0;
    progress.partial = null;
    return { epoch, learningRate, train, validation, isBest, best: progress.best };
  }
}

/** A batch as the frozen stages gave it, where that is kept, and what follows; else as the whole network sees it. */
function inputOf(
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
    'model' | 'frozen' | 'loss' | 'classWeight' | 'compute' | 'classes' | 'batchSize' | 'normalisation'
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
  const pace = { batchSize, beforeBatch: () => undefined, onProgress };
  for await (const positions of paced(order, pace)) {
    const outputs = tidy(() => {
      const { forward, batch } = inputOf(job, set, positions);
      const targets = targetsOf(table.labels, positions, job.compute.device);
      return predictBatch(forward, batch, targets, job.loss, job.classWeight, job.compute);
    });
    unread.add(positions, outputs);
    const isDue = job.compute.device === 'cpu' || unread.count === VALIDATION_READING;
    if (isDue) takeResults(unread, predictions, table);
  }
  takeResults(unread, predictions, table);
  return predictions;
}

/**
 * Batches of training that a GPU evaluates as one: most of its time would be launching else, and without a backward pass they take
 * less memory than one does with it.
 */
const PREDICTED_AT_ONCE = 4;

/** Batches between two readings of evaluated slices from a GPU. */
const VALIDATION_READING = 8;

function takeResults(unread: UnreadResults, into: Predictions, table: SliceTable): void {
  for (const { positions, loss, probabilities } of unread.read()) {
    if (!Number.isFinite(loss)) {
      const slices = batchSlices(table, positions);
      throw new DivergedError(`the network's loss is ${loss} on ${slices}: it has diverged. ${REMEDY}`);
    }
    into.add(positions, probabilities, loss);
  }
}
