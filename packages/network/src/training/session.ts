import {
  type CheckpointFacts,
  type Config,
  configToYaml,
  cutEvents,
  inShell,
  type MetricsRow,
  type RunRecord,
  type SlicePrediction,
  type SlicesIdentities,
  type Split,
  type SplitIdentity,
  sharedConfig,
  truncateHistory,
  writeConfig,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { Remark } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import type { LabelNames, SliceTable } from '@radweave/study/cohort/slice-table';
import { splitIdentity } from '@radweave/study/cohort/split-identity';
import { type StudyKey, studyKey } from '@radweave/study/cohort/study-key';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { newestBeside } from '@radweave/study/runs/run-folder';
import { hashPredictionsOf } from '@radweave/study/runs/run-predictions';
import type { Predictions } from '@radweave/study/scores/predictions';
import { runMetrics } from '@radweave/study/scores/run-metrics';
import { type CudaDevice, cudaDevice, emptyCache, getRngState } from '@radweave/torch';
import { isOutOfMemory } from '../compute/gpu-errors.ts';
import { type Snapshot, type SnapshotMemory, takeSnapshot, weightsOf } from '../open/checkpoint.ts';
import type { Network } from '../open/network-source.ts';
import { checkpointFacts } from './checkpoint-facts.ts';
import { DivergedError, withLastGood } from './diverged.ts';
import { EpochFiles } from './epoch-files.ts';
import { explainTooLarge } from './fitting-batch.ts';
import { type JobOptions, type OpenedJob, openJob } from './open-job.ts';
import { packPartial } from './partial-epoch.ts';
import { predictSet } from './predict-set.ts';
import { Recorder, sampleOf } from './recorder.ts';
import { bestOf, type Restorable } from './restorable.ts';
import { changedBatches } from './resume-check.ts';
import { labelNamesIn, type Splits } from './session-splits.ts';
import { slicePredictions } from './slice-predictions.ts';
import type { Ending, Trainer } from './trainer.ts';
import type { TrainingJob } from './training-job.ts';

export interface SessionOptions extends JobOptions {
  modality: string;
  /** The cross-validation or cross-fitting this run is a fold of. */
  foldOf?: string;
}

/** A fold holds out patients who may well be of the home hospital. */
const evaluating = (split: Split, isFold: boolean): string =>
  ({
    train: 'evaluating the training set',
    val: 'evaluating the validation set',
    test: isFold ? 'evaluating the held-out patients' : 'evaluating the test set',
  })[split];

/** One run of training: its data, its network, its files. Opened new or from its last checkpoint. */
export class TrainingSession {
  private readonly options: SessionOptions;
  private readonly splits: Splits;
  private readonly device: CudaDevice | null;
  private readonly job: TrainingJob;
  private readonly network: Network;
  private readonly trainer: Trainer;
  readonly labelNames: LabelNames;
  private readonly recorder: Recorder;
  private readonly split: SplitIdentity;
  private readonly slices: SlicesIdentities | undefined;
  private readonly key: StudyKey;
  /** Why in this precision: as the run was started, whatever resumed it. */
  private readonly precisionReason: Remark;
  private readonly files: EpochFiles;
  /** When the newest of the other runs was recorded; milliseconds. */
  private newestOther: number | undefined;

  /** Reads the data and builds or restores everything. */
  static async open(options: SessionOptions, context: StageContext): Promise<TrainingSession> {
    const opened = await openJob(options, context);
    const session = new TrainingSession({ ...options, config: opened.config }, opened, context);
    if (opened.saved === null) session.begin();
    if (options.ranks !== null) session.recorder.log(`${options.ranks.size} processes train together`);
    return session;
  }

  private constructor(options: SessionOptions, opened: OpenedJob, context: StageContext) {
    const { config, run } = options;
    const { splits, network, compute, trainer, saved } = opened;
    this.options = options;
    this.device = cudaDevice(compute.device);
    this.splits = splits;
    this.key = studyKey(config.data);
    this.network = network;
    this.labelNames = labelNamesIn(splits);
    this.split = splitIdentity(forEachSplit((split) => splits[split].table));
    this.slices = presentSlices(config.data, [options.modality])[options.modality];
    const begun = saved?.about.precision === compute.precision ? saved.about.precision_reason : undefined;
    this.precisionReason = begun ?? compute.reason;
    this.trainer = trainer;
    this.job = trainer.job;
    if (saved !== null) this.cutBack(saved);
    this.recorder = new Recorder(run, config.experiment.log_interval, this.labelNames);
    const keeps = { epochs: !config.experiment.save_best_only, last: config.experiment.save_last };
    this.files = new EpochFiles(run, this.recorder, keeps);
    if (saved !== null) this.tellResumed(saved.about, context);
  }

  /**
   * Trains to the end, recording every epoch. Interrupted, all is on disk when this returns; else {@link evaluateBest} waits for it.
   *
   * @throws ResourceError when the device's memory runs out: names the batch size that fits.
   */
  async train(context: StageContext): Promise<Ending> {
    try {
      const ending = await this.trainEpochs(context);
      if (ending === 'interrupted') await this.files.writeLast(this.snapshot);
      this.recorder.log(ending);
      return ending;
    } catch (error) {
      const { config, modality, run, foldOf } = this.options;
      const last = config.experiment.save_last ? run.last : null;
      if (error instanceof DivergedError) throw withLastGood(error, this.trainer.progress, last);
      // What fits is not tried by one of several processes.
      if (!isOutOfMemory(error) || this.job.ranks !== null) throw error;
      // A recorded step keeps its memory.
      this.trainer.dispose();
      const own = `radweave train --modality ${inShell(modality)} --resume --run ${inShell(run.name)}`;
      throw explainTooLarge(this.job, foldOf === undefined ? own : null, error);
    }
  }

  private async trainEpochs(context: StageContext): Promise<Ending> {
    return this.trainer.run({
      onStep: (report) => {
        this.files.check();
        this.recorder.step(report);
        context.emit({ kind: 'step', report, epochs: this.job.epochs });
      },
      onFrozen: (done, total) =>
        context.emit({ kind: 'progress', task: 'computing frozen stages', done, total }),
      onValidation: (done, total) => context.emit({ kind: 'progress', task: 'validating', done, total }),
      onRemark: this.recorder.telling(context, say),
      onWarning: this.recorder.telling(context, warn),
      onEpoch: async (report) => {
        await this.files.add(report, this.snapshot, this.record('running'));
        context.emit({ kind: 'epoch', report, epochs: this.job.epochs });
      },
      shouldStop: () => context.shouldStop(),
    });
  }

  /**
   * Metrics of the best checkpoint on validation and on the test set (of a fold: those held out), which nothing before has
   * seen, and what it says of every slice (training slices without augmentation). All that training recorded is on disk when this returns.
   */
  async evaluateBest(context: StageContext): Promise<{
    validation: MetricsRow[];
    test: MetricsRow[];
    slices: Record<Split, Iterable<SlicePrediction>>;
  }> {
    await this.openBest();
    const isFold = this.options.foldOf !== undefined;
    const predict = (split: Split): Promise<Predictions> =>
      this.predict(split, evaluating(split, isFold), context);
    const [train, val, test] = [await predict('train'), await predict('val'), await predict('test')];
    await this.files.finished();
    const { splits } = this;
    return {
      validation: runMetrics(splits.val.table, val, this.labelNames),
      test: runMetrics(splits.test.table, test, this.labelNames),
      slices: {
        train: slicePredictions(splits.train.table, train),
        val: slicePredictions(splits.val.table, val),
        test: slicePredictions(splits.test.table, test),
      },
    };
  }

  /** What the best checkpoint says of the patients held out of a fold. All that training recorded is on disk when this returns. */
  async predictHeldOut(context: StageContext): Promise<[SliceTable, Predictions]> {
    await this.openBest();
    const predictions = await this.predict('test', evaluating('test', true), context);
    await this.files.finished();
    return [this.splits.test.table, predictions];
  }

  private predict(split: Split, task: string, context: StageContext): Promise<Predictions> {
    return predictSet(this.job, this.splits[split], (done, total) =>
      context.emit({ kind: 'progress', task, done, total }),
    );
  }

  private async openBest(): Promise<void> {
    // Training took the most; the checkpoint would come on top of what training leaves behind.
    this.trainer.dispose();
    emptyCache();
    await this.takeBestWeights();
    this.job.ranks?.takeFirst(this.network.model.stateDict().values());
  }

  /** Those of the last epoch are there; others wait in memory to be written, or are on disk. */
  private async takeBestWeights(): Promise<void> {
    const { epoch, best } = this.trainer.progress;
    const unwritten = this.files.unwrittenBest;
    const { run } = this.options;
    if (best?.epoch === epoch && (unwritten !== null || existsSync(run.best))) return;
    const model = unwritten === null ? (await bestOf(run)).model : weightsOf(unwritten);
    this.network.model.loadStateDict(model);
  }

  /** As it is trained: with the batch that fits, where that was looked for. */
  get config(): Config {
    return this.options.config;
  }

  /** After its results are written. */
  finish(): void {
    const { run } = this.options;
    run.write({ ...this.record('finished'), predictions_sha256: hashPredictionsOf(run) });
  }

  async close(): Promise<void> {
    await this.files.close();
    this.recorder.close();
    // Of many folds, one after the other, only one set of outputs may be in memory.
    this.job.frozen.dispose();
    this.trainer.dispose();
    this.device?.useDefaultStream();
    for (const split of Object.values(this.splits)) split.close();
  }

  private begin(): void {
    const { config, run } = this.options;
    writeConfig(run.config, sharedConfig(config));
    this.recorder.begin(configToYaml(sharedConfig(config)), sampleOf(this.splits.train));
    this.recorder.log(`started: ${this.network.origin}`);
    this.recorder.log(`precision ${this.job.compute.precision}: ${this.precisionReason.text}`);
    this.files.begin(this.snapshot, this.record('running'));
  }

  private tellResumed(about: CheckpointFacts, context: StageContext): void {
    this.recorder.log(`resumed after epoch ${about.epoch}, step ${about.step}`);
    const change = changedBatches(about.config.training, this.options.config.training);
    if (change === null) return;
    say(context, change);
    this.recorder.log(change);
  }

  /** What was recorded after the last checkpoint is made again. */
  private cutBack({ about }: Restorable): void {
    const { run, config } = this.options;
    // With the epochs, places and batches that were asked for again: killed, the run is resumed with these.
    writeConfig(run.config, sharedConfig(config));
    truncateHistory(run.history, about.epoch);
    cutEvents(run.logs, about.epoch);
  }

  private readonly snapshot = (memory: SnapshotMemory): Snapshot => {
    const { optimizer, scheduler, scaler, compute } = this.job;
    const { partial } = this.trainer.progress;
    const states = {
      optimizer: optimizer.stateDict(),
      scheduler: scheduler.stateDict(),
      scaler: scaler?.stateDict() ?? null,
      rng: getRngState(),
      deviceRng: compute.device === 'cpu' ? null : getRngState(compute.device),
      partial: packPartial(partial),
    };
    const { options, key, network, splits, split } = this;
    const computed = { ...compute, reason: this.precisionReason };
    const run = { ...options, key, network, splits, split, compute: computed };
    const facts = checkpointFacts(run, this.trainer.progress);
    return takeSnapshot(facts, network.model.stateDict(), states, memory);
  };

  private record(status: RunRecord['status']): RunRecord {
    const { run, modality, config, foldOf } = this.options;
    const { best, epoch } = this.trainer.progress;
    // Evaluating an old run again does not make it the newest.
    // The newest run is the one that is taken: this one is, though the clock has gone back since another.
    this.newestOther ??= newestBeside(config.experiment.output_dir, run.name);
    const now = new Date(Math.max(Date.now(), this.newestOther + 1)).toISOString();
    const time = status === 'finished' ? run.read().time : now;
    return {
      format: 1,
      name: run.name,
      modality,
      model: config.model.name,
      status,
      best: best === null || best.score === null ? null : { epoch: best.epoch, score: best.score },
      epochs: epoch,
      ...this.split,
      slices_identity: this.slices,
      time,
      ...(foldOf === undefined ? {} : { fold_of: foldOf }),
    };
  }
}
