import { z } from 'zod';
import { type ClassTable, readClassTable, writeClassTable } from '../class-columns.ts';
import { tableFile } from '../csv.ts';
import { count, numberOrEmpty, patientId, type RowOf, required, text } from '../csv-columns.ts';
import { discriminationColumns } from '../discrimination-columns.ts';
import { jsonFile } from '../json.ts';

/**
 * A row of `cross_validation.csv`: a fold, then `mean` and `sd` over folds, then `pooled`. Rates are at 0.5, or of the most
 * probable label with more than two classes.
 */
const columns = {
  /** Number of the fold or name of the hospital left out; `mean`, `sd`, `pooled`. */
  fold: required,
  /** Patients trained on, and those set apart to choose the epoch. */
  n_train: numberOrEmpty,
  n_inner_val: numberOrEmpty,
  best_epoch: numberOrEmpty,
  /** Held-out patients. */
  n: numberOrEmpty,
  ...discriminationColumns,
  note: text,
};
export type CrossValidationRow = RowOf<typeof columns>;

/** `cross_validation.csv`. */
export const { read: readCrossValidation, write: writeCrossValidation } = tableFile(columns);

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

/** `folds.json`: patients and folds that a cross-validation was begun with, as a hash. */
export const { read: readFolds, write: writeFolds } = jsonFile(
  z.object({ format: z.literal(1), identity: z.string() }),
);
