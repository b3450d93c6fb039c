import { readHeader, readTable, writeTable } from '../csv.ts';
import { type Columns, count, numberOrEmpty, required, text } from '../csv-columns.ts';
import { probability } from '../fusion/probability-columns.ts';

/** A row of `cross_validation.csv`: a fold, then `mean` and `sd` over folds, then `pooled`. Undefined values are null. */
export interface CrossValidationRow {
  /** Number of the fold or name of the hospital left out; `mean`, `sd`, `pooled`. */
  readonly fold: string;
  /** Patients trained on, and those set apart to choose the epoch. */
  readonly n_train: number | null;
  readonly n_inner_val: number | null;
  readonly best_epoch: number | null;
  /** Held-out patients, and those of the positive label (null with more than two classes). */
  readonly n: number | null;
  readonly n_positive: number | null;
  /** With more than two classes the mean of each class against the rest. */
  readonly auc: number | null;
  /** 95 % interval (DeLong). */
  readonly auc_lower: number | null;
  readonly auc_upper: number | null;
  /** At 0.5, or of the most probable label with more than two classes. */
  readonly accuracy: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly note: string;
}

const columns: Columns<CrossValidationRow> = {
  fold: required,
  n_train: numberOrEmpty,
  n_inner_val: numberOrEmpty,
  best_epoch: numberOrEmpty,
  n: numberOrEmpty,
  n_positive: numberOrEmpty,
  auc: numberOrEmpty,
  auc_lower: numberOrEmpty,
  auc_upper: numberOrEmpty,
  accuracy: numberOrEmpty,
  sensitivity: numberOrEmpty,
  specificity: numberOrEmpty,
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

const PREFIX = 'probability_';
const who = { fold: required, patient: required, hospital: text, label: count };

function outOfFoldColumns(classes: number): Columns<Record<string, unknown>> {
  const middle = Array.from({ length: classes }, (_, label) => [`${PREFIX}${label}`, probability]);
  return { ...who, ...Object.fromEntries(middle) } as Columns<Record<string, unknown>>;
}

/** Writes `out_of_fold.csv`: `fold,patient,hospital,label,probability_0,…`. */
export function writeOutOfFold(path: string, rows: readonly OutOfFoldRow[], classes: number): void {
  const lines = rows.map(({ probabilities, ...row }) => ({
    ...row,
    ...Object.fromEntries(probabilities.map((value, label) => [`${PREFIX}${label}`, value])),
  }));
  writeTable<Record<string, unknown>>(path, outOfFoldColumns(classes), lines);
}

/** Reads `out_of_fold.csv`. @throws DataError as `readTable`. */
export function readOutOfFold(path: string): OutOfFoldRow[] {
  const classes = readHeader(path).filter((name) => name.startsWith(PREFIX)).length;
  return readTable(path, outOfFoldColumns(classes)).map((row) => ({
    fold: String(row.fold),
    patient: String(row.patient),
    hospital: String(row.hospital),
    label: Number(row.label),
    probabilities: Array.from({ length: classes }, (_, label) => Number(row[`${PREFIX}${label}`])),
  }));
}
