import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { counted } from '@radweave/remarks';
import type { Candidate, EpochReport, TrainerEvents } from '@radweave/study/context/reports';
import { isBetter, isExhausted } from '@radweave/study/runs/early-stop';
import { scoreTable } from '@radweave/study/scores/history-scores';
import { Predictions } from '@radweave/study/scores/predictions';
import { type Tensor, tidy } from '@radweave/torch';
import { isAugmenting } from '../slices/augment.ts';
import { augmentationStream, epochOrder, inBatches } from '../slices/batches.ts';
import { batchSlices, DivergedError, explosion, REMEDY } from './diverged.ts';
import { type BatchResult, learnFrom, targetsOf } from './network.ts';
import { inputOf, predictSet } from './predict-set.ts';
import { RecordedStep } from './recorded-step.ts';
import type { TrainingJob } from './training-job.ts';
import { type ReadResult, UnreadResults } from './unread-results.ts';
import { changeParameters, requireScale, weighed } from './update.ts';

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
  /** Results of batches that several processes have shared, which wait to be read like others. */
  private whole: ReadResult[] = [];
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
      if (this.anyStops(!isDone)) return false;
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
      this.learnBatch(positions, epoch, steps);
      progress.step++;
      if (this.isReadingDue()) this.read(events, epoch, steps);
      await yieldToEvents();
      if (this.isBetweenUpdates(steps) && this.anyStops(events.shouldStop())) {
        this.read(events, epoch, steps);
        return false;
      }
    }
    this.read(events, epoch, steps);
    return true;
  }

  /** Whether to stop, here or in any process that trains with this one. */
  private anyStops(isAsked: boolean): boolean {
    return this.job.ranks?.anyStops(isAsked) ?? isAsked;
  }

  /** Learns from a batch, or from this process's share of it. */
  private learnBatch(batch: Uint32Array, epoch: number, steps: number): void {
    const { ranks, train, meanWeight } = this.job;
    if (ranks === null) {
      this.unread.add(batch, this.learn(batch, epoch, steps, 1));
      return;
    }
    const share = ranks.share(batch);
    const weight = ranks.weight(batch, share, train.table.labels, meanWeight);
    this.unread.add(share.positions, this.learn(share.positions, epoch, steps, weight));
    // A process that is gone is told here at once; a GPU that waits for it would be waited for.
    if (ranks.device !== 'cpu') ranks.meet();
    const [own] = this.unread.read();
    if (own !== undefined) this.whole.push(ranks.whole(batch, share, weight, own));
  }

  /** A CPU has computed when a step returns; a GPU may be behind, and reading would make it wait for the next launch. */
  private isReadingDue(): boolean {
    return this.job.compute.device === 'cpu' || performance.now() - this.lastReading > READING_INTERVAL;
  }

  /** Takes over the results of the steps since the last reading. */
  private read(events: TrainerEvents, epoch: number, steps: number): void {
    const { progress } = this;
    const results = [...this.unread.read(), ...this.whole.splice(0)];
    let step = progress.step - results.length;
    for (const { positions, loss, probabilities } of results) {
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

  /** @param share what the loss of these slices is multiplied with. */
  private learn(positions: Uint32Array, epoch: number, steps: number, share: number): BatchResult {
    const { job, progress, recorded } = this;
    const { train, compute, augmentation } = job;
    const group = Math.min(
      job.gradAccumulation,
      steps - (progress.step - (progress.step % job.gradAccumulation)),
    );
    const isLast = (progress.step + 1) % job.gradAccumulation === 0 || progress.step + 1 === steps;
    const result = tidy(() => {
      const changes = { augmentation, stream: augmentationStream(job.seed, epoch) };
      const { forward, batch } = inputOf(job, train, positions, changes);
      const targets = targetsOf(train.table.labels, positions, compute.device);
      if (recorded?.takes(positions.length)) return { ...recorded.run(batch, targets), isUpdated: true };
      const { loss, classWeight, scaler } = job;
      const weigh = (value: Tensor): Tensor => weighed(value, share / group, scaler);
      const learnHere = (): BatchResult =>
        learnFrom(forward, batch, targets, loss, classWeight, compute, weigh);
      // Gradients that others are still added to stay here.
      const outputs = isLast && job.ranks !== null ? job.ranks.reduce(job.model, learnHere) : learnHere();
      return { ...outputs, isUpdated: false };
    });
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
        `epoch ${epoch}: the loss of ${counted(training.missing, 'slice')} was beyond float16's range; nothing was learnt from them, and the training scores leave them out`,
      );
    }
    // Running statistics of batch norms are of each process's own slices.
    job.ranks?.takeFirst([...job.model.namedBuffers()].map(([, buffer]) => buffer));
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
