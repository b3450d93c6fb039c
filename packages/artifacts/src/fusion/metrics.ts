import { tableFile } from '../csv.ts';
import { count, numberOrEmpty, oneOf, type RowOf, required, text } from '../csv-columns.ts';
import { discriminationColumns } from '../discrimination-columns.ts';
import { labelledWriter } from '../labelled-table.ts';
import { SPLITS } from '../split.ts';

/** Whether the features of a row come from a network that was trained on the same patients. */
export const IN_SAMPLE = ['yes', 'no', 'unknown'] as const;
export type InSample = (typeof IN_SAMPLE)[number];
export const inSampleColumn = oneOf(...IN_SAMPLE);

/** A row of the fusion's `metrics.csv`. Undefined values are null, and `note` says why. */
const columns = {
  /** `fused`, or a modality alone. */
  model: required,
  split: oneOf(...SPLITS),
  /** A hospital, or `all`. */
  hospital: required,
  /** The positive label: 1 with two classes; with more, `macro` and then each label against the rest. */
  positive_label: required,
  /** Patients. */
  n: count,
  ...discriminationColumns,
  /** `p ≥ threshold` is positive; frozen on validation. Null with more than two classes (the most probable wins). */
  threshold: numberOrEmpty,
  /** The same at the threshold 0.5; null with more than two classes. */
  accuracy_at_0_5: numberOrEmpty,
  sensitivity_at_0_5: numberOrEmpty,
  specificity_at_0_5: numberOrEmpty,
  in_sample: inSampleColumn,
  note: text,
};
export type FusionMetricsRow = RowOf<typeof columns>;

/** `metrics.csv` of a fusion. */
export const { read: readFusionMetrics } = tableFile(columns);

export const writeFusionMetrics = labelledWriter(columns, (row: FusionMetricsRow) => row);
