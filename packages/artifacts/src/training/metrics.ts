import { tableFile } from '../csv.ts';
import { count, numberOrEmpty, oneOf, type RowOf, required, text } from '../csv-columns.ts';

/** A row of `val_metrics.csv` or `test_metrics.csv`. Undefined values are null, and `note` says why. */
const columns = {
  /** A hospital, or `all`. */
  hospital: required,
  /** What is counted: slices, or patients with the mean of their slices' probabilities. */
  level: oneOf('slice', 'patient'),
  n_slices: count,
  n_patients: count,
  auc: numberOrEmpty,
  accuracy: numberOrEmpty,
  sensitivity: numberOrEmpty,
  specificity: numberOrEmpty,
  /** `p ≥ threshold` is positive. Null with more than two classes. */
  threshold: numberOrEmpty,
  note: text,
};
export type MetricsRow = RowOf<typeof columns>;

/** `val_metrics.csv` or `test_metrics.csv`. */
export const { read: readMetrics, write: writeMetrics } = tableFile(columns);
