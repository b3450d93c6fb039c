import { DataError, type FrozenRecord } from '@radweave/artifacts';
import {
  ExternalRowsError,
  type Frozen,
  FrozenDecisionError,
  type FrozenKind,
  parseFrozen,
} from '@radweave/stats';

/** A frozen decision as plain JSON. */
export function asRecord<K extends FrozenKind>({ kind, value, fitted_on, hash }: Frozen<K>): FrozenRecord {
  const { splits, hospitals, n, patients_sha256 } = fitted_on;
  return {
    kind,
    value,
    fitted_on: { splits: [...splits], hospitals: [...hospitals], n, patients_sha256 },
    hash,
  };
}

/**
 * A decision read from a file, its hash checked.
 *
 * @throws DataError when it was changed after it was fitted, or is another decision.
 */
export function checkedFrozen<K extends FrozenKind>(
  record: FrozenRecord,
  kind: K,
  hint = 'Restore the file as it was written, or fit again',
): Frozen<K> {
  try {
    return parseFrozen(record, kind);
  } catch (error) {
    if (!(error instanceof FrozenDecisionError)) throw error;
    throw new DataError('E_FROZEN', error.message, { hint, cause: error });
  }
}

/** Runs a fit; rows that are not home patients become an error a user can act on. */
export function refusingExternal<T>(fitting: () => T): T {
  try {
    return fitting();
  } catch (error) {
    if (!(error instanceof ExternalRowsError)) throw error;
    throw new DataError('E_EXTERNAL_ROWS', error.message, {
      hint: 'Validation must hold patients of the home hospital only: run preprocess again, or see data.home_hospital',
      cause: error,
    });
  }
}
