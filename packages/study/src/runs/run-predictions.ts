import {
  DataError,
  eachSlicePrediction,
  inShell,
  NumbersHash,
  type RunRecord,
  type SlicePrediction,
  SPLITS,
  type Split,
  slicePredictionsPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from '../cohort/each-split.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Calls `use` for what the best model of a run says of each slice of a split; of a fold's run the test set is those held out.
 *
 * @throws DataError when the table is damaged, or not the one that the run was finished with.
 */
export function eachPrediction(run: RunFolder, split: Split, use: (slice: SlicePrediction) => void): void {
  const path = slicePredictionsPath(run.logs, split);
  const recorded = run.read().predictions_sha256?.[split];
  try {
    if (hashWhile(path, use) === recorded || recorded === undefined) return;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(error.code, error.what, { where: error.where, hint: predictAgain(run) });
  }
  throw otherPredictions(run, 'the predictions are not those that the run was finished with', path);
}

/** Of predictions that are not those of the run's slices: says how they are made again. */
export function otherPredictions(run: RunFolder, what: string, where: string): DataError {
  return new DataError('E_PREDICTIONS', what, { where, hint: predictAgain(run) });
}

/** A finished fold keeps no last checkpoint, and only what can be resumed is evaluated again. */
function predictAgain(run: RunFolder): string {
  const { modality, fold_of } = run.read();
  const train = `radweave train --modality ${inShell(modality)}`;
  if (fold_of !== undefined) return `Restore it from a copy, or resume '${fold_of}'`;
  if (!existsSync(run.last)) return `Restore it from a copy, or train it again: ${train}`;
  return `Restore it from a copy, or remove it and run ${train} --resume --run ${inShell(run.name)}`;
}

/** What a run records of its predictions when it is finished. */
export function hashPredictionsOf(run: RunFolder): RunRecord['predictions_sha256'] {
  return forEachSplit((split) => hashWhile(slicePredictionsPath(run.logs, split), () => undefined));
}

function hashWhile(path: string, use: (slice: SlicePrediction) => void): string {
  const hash = new NumbersHash();
  eachSlicePrediction(path, (slice) => {
    hash.add(slice);
    use(slice);
  });
  return hash.digest();
}

/** Reads all predictions that a run has, or must have. @throws DataError as {@link eachPrediction}. */
export function requirePredictions(run: RunFolder): void {
  const { predictions_sha256 } = run.read();
  for (const split of SPLITS) {
    if (predictions_sha256 === undefined && !existsSync(slicePredictionsPath(run.logs, split))) continue;
    eachPrediction(run, split, () => undefined);
  }
}

/** Whether the predictions of a run are as it was finished; of what is recorded. */
export function hasItsPredictions(run: RunFolder): boolean {
  try {
    requirePredictions(run);
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}
