import { join } from 'node:path';
import {
  bestHparamsPath,
  type Config,
  DataError,
  InterruptedError,
  lockFolder,
  readConfig,
  type Split,
  slicePredictionsPath,
  UsageError,
  updateBestHparams,
  writeFileAtomic,
} from '@radweave/artifacts';
import { existsSync, readFileSync } from '@radweave/artifacts/files';
import { type StageContext, say, warn } from '../engine/events.ts';
import { forEachSplit } from '../features/for_each_split.ts';
import { writeBestResults } from '../training/best_results.ts';
import { resumedConfig } from '../training/resume_check.ts';
import { newRunName, RunFolder, runToResume } from '../training/run_folder.ts';
import { TrainingSession } from '../training/session.ts';
import { evaluate } from './evaluate.ts';

/** What `train` is asked to do. */
export interface TrainOptions {
  config: Config;
  /** Keys the user set for this call (by flag, `--set` or file); the rest are defaults. */
  given: string[];
  modality: string;
  resume: boolean;
  /** The run to resume; empty for the newest. */
  run: string;
  /** Where best hyperparameters are recorded. */
  bestHparamsDir: string;
}

/** What `train` gives. */
export interface TrainResult {
  run: string;
  modality: string;
  model: string;
  ending: 'finished' | 'early stop' | 'already finished';
  epochs: number;
  bestEpoch: number;
  bestScore: number;
  bestModel: string;
  valMetrics: string;
  testMetrics: string;
  /** What the best checkpoint says of every slice, a file per split. */
  slicePredictions: Record<Split, string>;
  /** `evaluation.json` of this network alone; null where it could not be evaluated. */
  evaluation: string | null;
}

/**
 * Trains one modality's network, writes the best and the last checkpoint, and judges the best one on validation and, only
 * after the last epoch, on the external test set.
 *
 * @throws InterruptedError when it was told to stop: a checkpoint is written and the run can be resumed.
 */
export async function train(options: TrainOptions, context: StageContext): Promise<TrainResult> {
  const { config, run } = openRun(options);
  const lock = lockFolder(run.checkpoints, `radweave train --modality ${options.modality}`);
  try {
    return await trainLocked(options, config, run, context);
  } finally {
    lock.release();
  }
}

function openRun(options: TrainOptions): { config: Config; run: RunFolder } {
  const { config, given, modality, resume } = options;
  const { output_dir, name } = config.experiment;
  if (resume) {
    const model = given.includes('model.name') ? config.model.name : undefined;
    const run = runToResume(output_dir, options.run || name, { modality, model });
    const record = run.read();
    if (record.modality !== modality) {
      throw new UsageError('E_RUN_MODALITY', `run '${run.name}' is of modality ${record.modality}`, {
        mend: `Use --modality ${record.modality}, or name another run`,
      });
    }
    return { config: resumedConfig(readConfig(run.config), config, given), run };
  }
  const run = new RunFolder(output_dir, options.run || name || newRunName(config.model.name, modality));
  if (run.exists() || existsSync(run.logs)) {
    throw new UsageError('E_RUN_EXISTS', `the run '${run.name}' exists already`, {
      where: run.logs,
      mend: 'Add --resume to go on with it, or give another --exp_name',
    });
  }
  return { config, run };
}

async function trainLocked(
  options: TrainOptions,
  config: Config,
  run: RunFolder,
  context: StageContext,
): Promise<TrainResult> {
  const { modality, resume } = options;
  if (resume && run.read().status === 'finished' && run.read().epochs >= config.training.epochs) {
    say(context, `The run '${run.name}' is finished already; there is nothing to resume.`);
    return { ...resultOf(run, options.modality), ending: 'already finished' };
  }
  const ending = await trainAndJudge(options, config, run, context);
  await evaluateAlone(config, modality, run, context);
  return { ...resultOf(run, modality), ending };
}

async function trainAndJudge(
  options: TrainOptions,
  config: Config,
  run: RunFolder,
  context: StageContext,
): Promise<'finished' | 'early stop'> {
  const { modality, resume } = options;
  const session = await TrainingSession.open({ config, run, modality, resume }, context);
  try {
    const ending = await session.train(context);
    if (ending === 'interrupted') {
      throw new InterruptedError('E_INTERRUPTED', `training of '${run.name}' was stopped`, {
        mend: `Go on with: radweave train --modality ${options.modality} --resume --run ${run.name}`,
      });
    }
    await writeBestResults(session, run, config.model.num_classes, context);
    publishBest(config, run, options.modality);
    recordHparams(options, config, run, context);
    session.finish();
    return ending;
  } finally {
    session.close();
  }
}

/**
 * Evaluates the network alone, beside its logs. A run that is trained stays trained: what forbids its evaluation (a
 * `cohort.csv` of another split, say) is a warning here and an error of `radweave evaluate`.
 */
async function evaluateAlone(
  config: Config,
  modality: string,
  run: RunFolder,
  context: StageContext,
): Promise<void> {
  const runs = { [modality]: run.name };
  const outputDir = join(run.logs, 'evaluation');
  const options = { config, modalities: [modality], runs, frozen: null, networksOnly: true, outputDir };
  try {
    await evaluate(options, context);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    warn(context, `The run '${run.name}' is trained but was not evaluated: ${error.message}`);
  }
}

function resultOf(run: RunFolder, modality: string): Omit<TrainResult, 'ending'> {
  const record = run.read();
  const evaluation = join(run.logs, 'evaluation', 'evaluation.json');
  return {
    run: run.name,
    modality,
    model: record.model,
    epochs: record.epochs,
    bestEpoch: record.best?.epoch ?? 0,
    bestScore: record.best?.score ?? Number.NaN,
    bestModel: run.best,
    valMetrics: run.metrics('val'),
    testMetrics: run.metrics('test'),
    slicePredictions: forEachSplit((split) => slicePredictionsPath(run.logs, split)),
    evaluation: existsSync(evaluation) ? evaluation : null,
  };
}

/** Copies of the newest best checkpoint under the names that users of the Python tool know. */
function publishBest(config: Config, run: RunFolder, modality: string): void {
  const folder = join(config.experiment.output_dir, 'checkpoints');
  const best = readFileSync(run.best);
  for (const target of [join(folder, 'best_model.pth'), join(folder, modality, 'best_model.pth')]) {
    writeFileAtomic(target, best);
  }
}

function recordHparams(options: TrainOptions, config: Config, run: RunFolder, context: StageContext): void {
  const { best, split_hash } = run.read();
  if (best === null) return;
  const path = bestHparamsPath(options.bestHparamsDir, config.model.name, options.modality);
  const record = { val_auc: best.score, split_hash, epoch: best.epoch, run: run.name };
  const outcome = updateBestHparams(path, config, record);
  if (outcome === 'written') say(context, `Best hyperparameters so far: ${path}`);
  if (outcome === 'not better') say(context, `${path} keeps a better run on this split.`);
  if (outcome === 'other split') warn(context, `${path} is of another split and was left as it is.`);
}
