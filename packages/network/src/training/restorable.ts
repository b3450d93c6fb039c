import {
  type CheckpointFacts,
  type Config,
  changedSlices,
  DataError,
  isSameFit,
  sharedConfig,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { KnownPatients, refuseSeenPatients } from '@radweave/study/cohort/patient-hash';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { splitIdentity } from '@radweave/study/cohort/split-identity';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import {
  type ReadCheckpoint,
  type ReadStates,
  readCheckpoint,
  readCheckpointFacts,
} from '../open/checkpoint.ts';
import { requireOwnConfig } from './resume-check.ts';
import type { Tables } from './session-splits.ts';

export type Restorable = ReadCheckpoint & { resume: ReadStates };

/** The last checkpoint of a run. @throws DataError when it may not continue with these splits. */
export async function restorable(run: RunFolder, config: Config, tables: Tables): Promise<Restorable> {
  const saved = await readCheckpoint(run.last);
  if (saved === null) throw new DataError('E_CHECKPOINT', 'not a checkpoint of a run', { where: run.last });
  const { about, model, resume } = saved;
  if (resume === null) {
    throw new DataError(
      'E_CHECKPOINT',
      'this checkpoint holds only weights; training cannot continue from it',
      {
        where: run.last,
        hint: 'Put the last checkpoint of the run back, or start a new run',
      },
    );
  }
  requireOwnConfig(sharedConfig(config), about.config, run.config);
  refuseSeenPatients(
    about.patients.train,
    [
      { split: 'val', table: tables.val },
      { split: 'test', table: tables.test },
    ],
    run.last,
    new KnownPatients(config.data),
  );
  const then = { [about.modality]: run.read().slices_identity };
  const slices = changedSlices(then, presentSlices(config.data, [about.modality]));
  const changed = slices.find(({ split }) => split !== 'test');
  const isOther = !isSameFit(about, splitIdentity(tables));
  if (isOther || changed !== undefined) {
    const what = `the ${isOther || changed?.isList ? 'split files' : 'images'} have changed since this run was started`;
    throw new DataError('E_RESUME_SPLIT', what, {
      where: config.data.splits_dir,
      hint: 'Restore them (preprocess with the same root and seed), or start a new run',
    });
  }
  return { about: { ...about, best: await bestLeft(run, about) }, model, resume };
}

/**
 * The epoch whose weights `best_model.pth` holds. A run that was killed after the best checkpoint and before the last has one of an
 * epoch that it makes again: on a GPU that may come out otherwise and be no better, and the weights of before are gone.
 */
async function bestLeft(
  run: Pick<RunFolder, 'best'>,
  { best }: Pick<CheckpointFacts, 'best'>,
): Promise<CheckpointFacts['best']> {
  const left = existsSync(run.best) ? await readCheckpointFacts(run.best) : null;
  return left?.about.best ?? best;
}

/** The best checkpoint of a run. @throws DataError where no epoch was one. */
export async function bestOf(run: RunFolder): Promise<ReadCheckpoint> {
  const best = existsSync(run.best) ? await readCheckpoint(run.best) : null;
  if (best !== null) return best;
  throw new DataError('E_NO_BEST', 'no epoch has a validation AUC, so there is no best model', {
    where: run.checkpoints,
    hint: 'The validation set needs patients of every label: add some and run radweave preprocess again',
  });
}
