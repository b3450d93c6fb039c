import { dirname, join } from 'node:path';
import {
  bestHparamsPath,
  bestModelPath,
  type Config,
  DataError,
  hashFile,
  InterruptedError,
  linkFileAtomic,
  outputFolders,
  readEvaluation,
  SPLITS,
  type Split,
  slicePredictionsPath,
  updateBestHparams,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { writeBestResults } from '@radweave/network/training/best-results';
import { follow } from '@radweave/network/training/follow';
import type { OpenedRun } from '@radweave/network/training/open-run';
import type { Ranks } from '@radweave/network/training/ranks';
import { TrainingSession } from '@radweave/network/training/session';
import { folderSets, type TrainingSets } from '@radweave/network/training/session-splits';
import { isWhole } from '@radweave/network/training/whole-run';
import { counted } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { evaluate } from './evaluate.ts';
import { isFinished, prepareFolder, warnOfOtherSplit } from './finished.ts';
import { shared, type TrainOptions, telling, tellOthers } from './open-training.ts';
import { explainLost, joined, Others, takeDevice } from './together.ts';

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
 * Trains one modality's network, writes the best and the last checkpoint, and evaluates the best one on validation and, only
 * after the last epoch, on the external test set.
 *
 * @throws InterruptedError when it was told to stop: a checkpoint is written, unless none is kept, and the run can be resumed.
 */
export async function train(
  options: TrainOptions,
  { config, run, isResumed, ranks }: OpenedRun,
  context: StageContext,
): Promise<TrainResult> {
  const { modality } = options;
  if (ranks !== undefined) return await followTraining(options, { config, run, isResumed, ranks }, context);
  const { goesOn, isDone, isToTest } = await telling(options, () =>
    prepareFolder(options, { config, run, isResumed }, context),
  );
  const opened = { config, run, isResumed: goesOn };
  if (isDone) {
    tellOthers(options, opened);
    warnOfOtherSplit(run, config, context);
    await makeMissing(options, config, run, context);
    return { ...resultOf(run, modality), ending: 'already finished' };
  }
  if (isToTest) {
    say(
      context,
      `The test patients have changed since the run '${run.name}' was begun: it is tested on the present ones.`,
    );
  }
  const ending = await trainTogether(options, opened, context);
  await evaluateAlone(config, modality, run, context);
  return { ...resultOf(run, modality), ending };
}

/** What follows the evaluating of a finished run: a run that was killed then lacks some of it. */
async function makeMissing(
  options: TrainOptions,
  config: Config,
  run: RunFolder,
  context: StageContext,
): Promise<void> {
  const { modality, bestHparamsDir } = options;
  const hparams = bestHparamsPath(bestHparamsDir, config.model.name, modality);
  const places = publishedPlaces(config, modality);
  const missing = existsSync(hparams) ? [] : [hparams];
  for (const place of places) if (!(await isWhole(place))) missing.push(place);
  if (!isEvaluated(run)) missing.push(run.evaluation);
  if (missing.length === 0) {
    say(context, `The run '${run.name}' is finished already; there is nothing to resume.`);
    return;
  }
  say(
    context,
    `The run '${run.name}' is trained; what is missing or damaged is made: ${missing.join(', ')}.`,
  );
  publishBest(
    run,
    places.filter((path) => missing.includes(path)),
  );
  if (missing.includes(hparams)) recordHparams(options, config, run, context);
  if (missing.includes(run.evaluation)) await evaluateAlone(config, modality, run, context);
}

/** What a process does that is not the first: its result is that one's. */
async function followTraining(
  { modality }: TrainOptions,
  { config, run, isResumed, ranks }: OpenedRun & { ranks: Ranks },
  context: StageContext,
): Promise<TrainResult> {
  try {
    if (isResumed && isFinished(run, config))
      return { ...resultOf(run, modality), ending: 'already finished' };
    await takeDevice(ranks, config.training);
    const silent = { ...context, emit: () => undefined };
    const sets = await ranks.eachDoes(() => folderSets(config, modality, silent));
    const ending = await follow({ config, run, resume: isResumed, sets, ranks }, silent);
    if (ending === 'interrupted') throw stopped(run, config);
    ranks.meet();
    return { ...resultOf(run, modality), ending };
  } catch (error) {
    throw explainLost(error, run);
  } finally {
    ranks.close();
  }
}

function stopped(run: RunFolder, { experiment }: Config): InterruptedError {
  const hint = experiment.save_last
    ? 'Its last checkpoint is kept: resume it to continue'
    : 'It keeps no last checkpoint (experiment.save_last); when resumed, it starts from the beginning';
  return new InterruptedError(`training of '${run.name}' was stopped`, hint, { run: run.name });
}

/** Until it has been seen to run on a machine with several GPUs. */
const UNTRIED =
  'Training on several GPUs together is untested: compare a short training with one on a single GPU before you use results.';

/** Trains alone, or as the first of several processes. */
async function trainTogether(
  options: TrainOptions,
  opened: OpenedRun,
  context: StageContext,
): Promise<'finished' | 'early stop'> {
  const { processes = 1, timeoutSeconds = 0 } = options.together ?? {};
  if (processes === 1) return await trainAndEvaluate(options, opened, null, context);
  const { run, config } = opened;
  const others = new Others();
  let ranks: Ranks | null = null;
  let isDone = false;
  try {
    const { device } = config.training;
    const place =
      typeof processes === 'number'
        ? await others.start(processes, device, timeoutSeconds, options)
        : processes;
    ranks = shared(joined(place, timeoutSeconds), opened);
    await takeDevice(ranks, config.training);
    say(
      context,
      `${ranks.size} processes train together and share each batch of ${counted(config.training.batch_size, 'slice')}.`,
    );
    if (ranks.device !== 'cpu') warn(context, UNTRIED);
    const ending = await trainAndEvaluate(options, opened, ranks, context);
    ranks.meet();
    isDone = true;
    return ending;
  } catch (error) {
    ranks?.close();
    await others.end(false);
    throw others.explain(error, run);
  } finally {
    ranks?.close();
    await others.end(isDone);
  }
}

async function trainAndEvaluate(
  options: TrainOptions,
  { config, run, isResumed }: OpenedRun,
  ranks: Ranks | null,
  context: StageContext,
): Promise<'finished' | 'early stop'> {
  const { modality } = options;
  const open = (): TrainingSets => folderSets(config, modality, context);
  const sets = ranks === null ? open() : await ranks.eachDoes(open);
  const session = await TrainingSession.open(
    { config, run, modality, resume: isResumed, sets, ranks },
    context,
  );
  try {
    const ending = await session.train(context);
    if (ending === 'interrupted') throw stopped(run, config);
    await writeBestResults(session, run, config.model.num_classes, context);
    publishBest(run, publishedPlaces(config, modality));
    recordHparams(options, session.config, run, context);
    session.finish();
    return ending;
  } finally {
    await session.close();
  }
}

/** Whether the evaluation is of these results: that of a run which was once finished with fewer epochs stays until the next. */
function isEvaluated(run: RunFolder): boolean {
  if (!existsSync(run.evaluation)) return false;
  const evaluated = new Set(readEvaluation(run.evaluation).inputs.map(({ sha256 }) => sha256));
  return SPLITS.every((split) => evaluated.has(hashFile(slicePredictionsPath(run.logs, split))));
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
  const outputDir = dirname(run.evaluation);
  const options = { config, modalities: [modality], runs, frozen: null, networksOnly: true, outputDir };
  try {
    await evaluate(options, context);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const older = existsSync(run.evaluation) && !isEvaluated(run);
    const what = older ? `; the results in ${outputDir} were made with its earlier weights` : '';
    warn(context, `The run '${run.name}' is trained but was not evaluated: ${error.message}${what}`);
  }
}

function resultOf(run: RunFolder, modality: string): Omit<TrainResult, 'ending'> {
  const record = run.read();
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
    evaluation: isEvaluated(run) ? run.evaluation : null,
  };
}

/** Names that users of the Python tool know the newest best checkpoint by, and the modality's own. */
function publishedPlaces(config: Config, modality: string): string[] {
  const folder = outputFolders(config.experiment.output_dir).checkpoints;
  return [bestModelPath(folder), bestModelPath(join(folder, modality))];
}

function publishBest(run: RunFolder, places: readonly string[]): void {
  for (const place of places) linkFileAtomic(run.best, place);
}

function recordHparams(options: TrainOptions, config: Config, run: RunFolder, context: StageContext): void {
  const { best, split_hash, fitted_on_hash } = run.read();
  if (best === null || split_hash === '') return;
  const path = bestHparamsPath(options.bestHparamsDir, config.model.name, options.modality);
  const record = { val_auc: best.score, split_hash, fitted_on_hash, epoch: best.epoch, run: run.name };
  // As a --config it starts a run of its own, not that of the same name again.
  const settings = { ...config, experiment: { ...config.experiment, name: '' } };
  const outcome = updateBestHparams(path, settings, record);
  if (outcome === 'written') say(context, `Best hyperparameters so far: ${path}`);
  if (outcome === 'not better') say(context, `${path} is unchanged: the run it records is at least as good.`);
  if (outcome === 'other split') warn(context, `${path} belongs to another split and is left unchanged.`);
}
