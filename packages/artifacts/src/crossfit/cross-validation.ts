import { type ClassTable, readClassTable, writeClassTable } from '../class-columns.ts';
import { readTable, writeTable } from '../csv.ts';
import { type Columns, count, numberOrEmpty, patientId, required, text } from '../csv-columns.ts';
import { type Discrimination, discriminationColumns } from '../discrimination-columns.ts';

/**
 * A row of `cross_validation.csv`: a fold, then `mean` and `sd` over folds, then `pooled`. Rates are at 0.5, or of the most
 * probable label with more than two classes.
 */
export interface CrossValidationRow extends Discrimination {
  /** Number of the fold or name of the hospital left out; `mean`, `sd`, `pooled`. */
  readonly fold: string;
  /** Patients trained on, and those set apart to choose the epoch. */
  readonly n_train: number | null;
  readonly n_inner_val: number | null;
  readonly best_epoch: number | null;
  /** Held-out patients. */
  readonly n: number | null;
  readonly note: string;
}

const columns: Columns<CrossValidationRow> = {
  fold: required,
  n_train: numberOrEmpty,
  n_inner_val: numberOrEmpty,
  best_epoch: numberOrEmpty,
  n: numberOrEmpty,
  ...discriminationColumns,
  note: text,
};

/** Writes `cross_validation.csv`. */
export function writeCrossValidation(path: string, rows: readonly CrossValidationRow[]): void {
  writeTable(path, columns, rows);
}

/** Reads `cross_validation.csv`. @throws DataError as `readTable`. */
export function readCrossValidation(path: string): CrossValidationRow[] {
  return readTable(path, columns);
}

/** A patient of `out_of_fold.csv`. */
export interface OutOfFoldRow {
  readonly fold: string;
  readonly patient: string;
  readonly hospital: string;
  readonly label: number;
  /** One per class: mean over slices, by the model that did not see the patient. */
  readonly probabilities: readonly number[];
}

const OUT_OF_FOLD: ClassTable<Omit<OutOfFoldRow, 'probabilities'>> = {
  who: { fold: required, patient: patientId, hospital: text, label: count },
  prefix: 'probability_',
  hint: 'Run radweave train --folds again',
};

/** Writes `out_of_fold.csv`: `fold,patient_id,hospital,label,probability_0,…`. */
export function writeOutOfFold(path: string, rows: readonly OutOfFoldRow[], classes: number): void {
  const lines = rows.map(({ probabilities, ...row }) => ({ ...row, values: probabilities }));
  writeClassTable(path, OUT_OF_FOLD, lines, classes);
}

/** Reads `out_of_fold.csv`. @throws DataError as {@link readClassTable}. */
export function readOutOfFold(path: string): OutOfFoldRow[] {
  return readClassTable(path, OUT_OF_FOLD).map(({ values, ...row }) => ({ ...row, probabilities: values }));
}
