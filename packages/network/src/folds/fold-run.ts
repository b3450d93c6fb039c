import { join } from 'node:path';
import {
  type Config,
  InterruptedError,
  lockFolder,
  SPLITS,
  splitPath,
  writeSplit,
} from '@radweave/artifacts';
import { existsSync, rmSync } from '@radweave/artifacts/files';
import { type StageContext, say } from '@radweave/study/context/events';
import type { CrossFold } from '@radweave/study/folds/plan';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { writeBestResults } from '../training/best-results.ts';
import { TrainingSession } from '../training/session.ts';

/** What the models of all folds have in common. */
export interface FoldSettings {
  config: Config;
  modality: string;
  /** Name before the fold's suffix. */
  name: string;
  /** The cross-validation to resume after an interruption; undefined where the same call continues. */
  resumes?: string | undefined;
}

/** The run of a fold. */
export function foldRun({ config, name }: FoldSettings, { suffix }: CrossFold): RunFolder {
  return new RunFolder(config.experiment.output_dir, `${name}_${suffix}`);
}

/**
 * Trains the folds one after the other. A finished fold is not trained again, a begun one goes on from its last checkpoint.
 *
 * @throws InterruptedError when told to stop, naming how to go on.
 */
export async function trainFolds(
  settings: FoldSettings,
  folds: readonly CrossFold[],
  context: StageContext,
): Promise<void> {
  // All at once: a hospital whose name cannot be a run's is told before the first is trained.
  const runs = folds.map((fold) => ({ fold, run: foldRun(settings, fold) }));
  for (const [i, { fold, run }] of runs.entries()) {
    if (run.exists() && run.read().status === 'finished') {
      say(context, `Fold ${i + 1} of ${folds.length} ('${run.name}') is finished already.`);
      continue;
    }
    if (context.shouldStop()) throw interrupted(run, settings);
    say(context, `Fold ${i + 1} of ${folds.length}: training '${run.name}'.`);
    const lock = lockFolder(run.checkpoints, `radweave, run ${run.name}`);
    try {
      await trainFold(settings, fold, run, context);
    } finally {
      lock.release();
    }
  }
}

async function trainFold(
  settings: FoldSettings,
  fold: CrossFold,
  run: RunFolder,
  context: StageContext,
): Promise<void> {
  const { modality, name } = settings;
  run.sweep();
  const config = structuredClone(settings.config);
  config.experiment.name = run.name;
  config.data.splits_dir = join(run.logs, 'splits');
  for (const split of SPLITS) {
    const rows = fold.sets[split].map(({ path, label }) => ({ image_path: path, label }));
    writeSplit(splitPath(config.data.splits_dir, split, modality), rows);
  }
  const resume = run.exists() && existsSync(run.last);
  const session = await TrainingSession.open({ config, run, modality, resume, foldOf: name }, context);
  try {
    if ((await session.train(context)) === 'interrupted') throw interrupted(run, settings);
    await writeBestResults(session, run, config.model.num_classes, context);
    session.finish();
  } finally {
    session.close();
  }
  // Decoded copies of all slices, of no use to another fold.
  rmSync(join(config.data.splits_dir, '.slices'), { recursive: true, force: true });
}

function interrupted(run: RunFolder, { resumes }: FoldSettings): InterruptedError {
  return new InterruptedError('E_INTERRUPTED', `training of '${run.name}' was stopped`, {
    mend: 'Finished folds are kept',
    ...(resumes === undefined ? {} : { run: resumes }),
  });
}
