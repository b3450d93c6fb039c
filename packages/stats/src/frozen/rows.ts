import { StatsInputError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import { compareCodePoints } from '../core/order.ts';
import { type FittedOn, sha256 } from './frozen.ts';

/** Where a row comes from. Every fit asks for it. */
export interface FitRow {
  readonly patient: string;
  readonly hospital: string;
  readonly split: string;
  readonly role: 'home' | 'external';
}

/** A patient with a true class and a probability of the positive class. */
export interface ScoredRow extends FitRow {
  readonly label: number;
  readonly probability: number;
}

/** Someone tried to fit a decision on rows it will be evaluated by. */
export class ExternalRowsError extends Error {
  override readonly name: string = 'ExternalRowsError';
}

const NAMED = 5;

/**
 * Refuses external and test rows, and describes the others.
 *
 * @param what the decision to be fitted, for the message.
 * @throws ExternalRowsError naming the patients, their hospitals and splits.
 */
export function homeRows(what: string, rows: readonly FitRow[]): FittedOn {
  const foreign = rows.filter((row) => row.role !== 'home' || row.split === 'test');
  if (foreign.length > 0) {
    const names = foreign.slice(0, NAMED).map((row) => `${row.patient} (${row.hospital}, ${row.split})`);
    const more = foreign.length > NAMED ? ` and ${foreign.length - NAMED} more` : '';
    throw new ExternalRowsError(
      `the ${what} may be fitted on home patients in train or validation only; these are external or test: ` +
        `${names.join(', ')}${more}. Leave them out`,
    );
  }
  const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort(compareCodePoints);
  const patients = distinct(rows.map((row) => row.patient));
  if (patients.length !== rows.length) {
    throw new StatsInputError(
      `the ${what} is fitted on one row per patient: ${rows.length} rows, ${patients.length} patients`,
    );
  }
  return {
    splits: distinct(rows.map((row) => row.split)),
    hospitals: distinct(rows.map((row) => row.hospital)),
    n: rows.length,
    patients_sha256: patientsHash(patients),
  };
}

/** SHA-256 of a set of patients' IDs, in any order: tells whether a decision was fitted on these patients. */
export function patientsHash(patients: readonly string[]): string {
  return sha256([...new Set(patients)].sort(compareCodePoints));
}

/** Throws unless there is one row of features per patient. */
export function checkRowCount(rows: readonly FitRow[], features: Matrix): void {
  if (rows.length !== features.rows) {
    throw new StatsInputError(`${rows.length} patients for ${features.rows} rows of features`);
  }
}
