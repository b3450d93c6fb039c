import {
  type Config,
  InterruptedError,
  lockFolder,
  SPLITS,
  type Split,
  splitFiles,
  splitPath,
  studyKeyPath,
  whileLocked,
  writeSplit,
} from '@radweave/artifacts';
import { rmSync } from '@radweave/artifacts/files';
import { type StageContext, say } from '@radweave/study/context/events';
import type { CrossFold } from '@radweave/study/folds/plan';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { hasItsPredictions } from '@radweave/study/runs/run-predictions';
import { writeBestResults } from '../training/best-results.ts';
import { TrainingSession } from '../training/session.ts';
import { hasBest, isWhole } from '../training/whole-run.ts';
import { SharedSlices } from './shared-slices.ts';

export interface FoldSettings {
  config: Config;
  modality: string;
  /** The sets of the splits folder whose patients the folds divide. */
  from: readonly Split[];
  /** Name before the fold's suffix. */
  name: string;
  /** The cross-validation to resume after an interruption; undefined where the same call continues. */
  resumes?: string | undefined;
}

export function foldRun({ config, name }: FoldSettings, { suffix }: CrossFold): RunFolder {
  return new RunFolder(config.experiment.output_dir, `${name}_${suffix}`);
}

/**
 * Trains the folds one after the other. A finished fold is not trained again as long as its predictions are those it was finished
 * with, a begun one continues from its last checkpoint, or starts over without a whole one.
 *
 * @param only The folds to train of all.
 * @throws InterruptedError when told to stop, naming how to continue.
 */
export async function trainFolds(
  settings: FoldSettings,
  folds: readonly CrossFold[],
  context: StageContext,
  only: readonly CrossFold[] = folds,
): Promise<void> {
  // All at once: a hospital whose name cannot be a run's is told before the first is trained.
  const runs = folds.map((fold) => ({ fold, run: foldRun(settings, fold) }));
  const { config, modality, from } = settings;
  const slices = new SharedSlices(config.data, modality, from, context);
  try {
    for (const [i, { fold, run }] of runs.entries()) {
      if (!only.includes(fold)) continue;
      if (run.exists() && run.read().status === 'finished' && hasItsPredictions(run)) {
        say(context, `Fold ${i + 1} of ${folds.length} ('${run.name}') is finished already.`);
        continue;
      }
      if (context.shouldStop()) throw interrupted(run, settings);
      say(context, `Fold ${i + 1} of ${folds.length}: training '${run.name}'.`);
      const lock = lockFolder(run.checkpoints, `radweave, run ${run.name}`, {
        say: (text) => say(context, text),
      });
      await whileLocked(lock, () => trainFold({ settings, fold, run, slices, context }));
    }
  } finally {
    slices.close();
  }
}

/** A fold and the run that trains it. */
export interface FoldTraining {
  settings: FoldSettings;
  fold: CrossFold;
  run: RunFolder;
  slices: SharedSlices;
  context: StageContext;
}

async function trainFold(training: FoldTraining): Promise<void> {
  const { settings, run, context } = training;
  const session = await openFoldSession(training);
  try {
    if ((await session.train(context)) === 'interrupted') throw interrupted(run, settings);
    await writeBestResults(session, run, settings.config.model.num_classes, context);
    session.finish();
  } finally {
    await session.close();
  }
  // With its optimizer it is three times the best one, and a finished fold is never trained on.
  rmSync(run.last, { force: true });
}

/**
 * A session that continues from the last checkpoint of a fold, or starts over without one.
 *
 * @param until epochs after which it pauses; all by default.
 */
export async function openFoldSession(
  { settings, fold, run, slices, context }: FoldTraining,
  until?: number,
): Promise<TrainingSession> {
  const { modality, name } = settings;
  const resume = run.exists() && (await isWhole(run.last)) && (await hasBest(run, context));
  if (resume) run.sweep();
  else run.clear();
  const config = recordedConfig(settings.config, run);
  recordSets(fold, run, modality);
  const sets = slices.setsOf(fold);
  return await TrainingSession.open(
    { config, run, modality, resume, sets, foldOf: name, ranks: null, until },
    context,
  );
}

/** What the fold's run records as its settings: its own name, and its own split files. */
function recordedConfig(config: Config, run: RunFolder): Config {
  const { data, experiment } = config;
  return {
    ...config,
    data: { ...data, splits_dir: run.splits, study_key: studyKeyPath(data) },
    experiment: { ...experiment, name: run.name },
  };
}

/** Writes who is in which set of the fold: for readers of the run and for the audit, not for training. */
function recordSets({ sets }: CrossFold, run: RunFolder, modality: string): void {
  for (const split of SPLITS) {
    const rows = sets[split].map(({ path, ...row }) => ({ image_path: path, ...row }));
    writeSplit(splitPath(run.splits, split, modality), rows);
  }
  // Earlier versions decoded the slices of each fold again; those of a fold that was stopped are left.
  rmSync(splitFiles(run.splits).decoded, { recursive: true, force: true });
}

export function interrupted(run: RunFolder, { resumes }: FoldSettings): InterruptedError {
  const what = `training of '${run.name}' was stopped`;
  return new InterruptedError(what, 'Finished folds are kept', { run: resumes });
}
