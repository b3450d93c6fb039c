import { type Config, DataError } from '@radweave/artifacts';
import { type ReadCheckpoint, readCheckpoint } from './checkpoint.ts';
import { refuseSeenPatients } from './patients.ts';
import type { RunFolder } from './run_folder.ts';
import { identityOf, type Tables } from './session_splits.ts';

/** The last checkpoint of a run. @throws DataError when it may not go on with these splits. */
export async function restorable(run: RunFolder, config: Config, tables: Tables): Promise<ReadCheckpoint> {
  const saved = await readCheckpoint(run.last);
  if (saved === null) throw new DataError('E_CHECKPOINT', 'not a checkpoint of a run', { where: run.last });
  const { about } = saved;
  refuseSeenPatients(
    about.patients.train,
    [
      { split: 'val', table: tables.val },
      { split: 'test', table: tables.test },
    ],
    run.last,
  );
  if (about.split_hash !== identityOf(tables)) {
    throw new DataError('E_RESUME_SPLIT', 'the split files have changed since this run was started', {
      where: config.data.splits_dir,
      mend: 'Restore the split (preprocess with the same root and seed), or start a new run',
    });
  }
  return saved;
}
