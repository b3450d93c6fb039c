import { readTable, writeTable } from '../csv.ts';
import { type Columns, count, numberOrEmpty, oneOf, required, text } from '../csv-columns.ts';

/** A row of `val_metrics.csv` or `test_metrics.csv`. Undefined values are null, and `note` says why. */
export interface MetricsRow {
  /** A hospital, or `all`. */
  readonly hospital: string;
  /** What is counted: slices, or patients with the mean of their slices' probabilities. */
  readonly level: 'slice' | 'patient';
  readonly n_slices: number;
  readonly n_patients: number;
  readonly auc: number | null;
  readonly accuracy: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  /** `p ≥ threshold` is positive. Null with more than two classes. */
  readonly threshold: number | null;
  readonly note: string;
}

const columns: Columns<MetricsRow> = {
  hospital: required,
  level: oneOf('slice', 'patient'),
  n_slices: count,
  n_patients: count,
  auc: numberOrEmpty,
  accuracy: numberOrEmpty,
  sensitivity: numberOrEmpty,
  specificity: numberOrEmpty,
  threshold: numberOrEmpty,
  note: text,
};

/** Writes `val_metrics.csv` or `test_metrics.csv`. */
export function writeMetrics(path: string, rows: readonly MetricsRow[]): void {
  writeTable(path, columns, rows);
}

/** Reads `val_metrics.csv` or `test_metrics.csv`. @throws DataError as `readTable`. */
export function readMetrics(path: string): MetricsRow[] {
  return readTable(path, columns);
}
