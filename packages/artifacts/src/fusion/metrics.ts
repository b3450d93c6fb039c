import { readTable, writeTable } from '../csv.ts';
import { type Columns, count, numberOrEmpty, oneOf, required, text } from '../csv-columns.ts';
import { type Discrimination, discriminationColumns } from '../discrimination-columns.ts';
import { SPLITS, type Split } from '../splits/split-file.ts';

/** Whether the features of a row come from a network that was trained on the same patients. */
export type InSample = 'yes' | 'no' | 'unknown';

/** A row of the fusion's `metrics.csv`. Undefined values are null, and `note` says why. */
export interface FusionMetricsRow extends Discrimination {
  /** `fused`, or a modality alone. */
  readonly model: string;
  readonly split: Split;
  /** A hospital, or `all`. */
  readonly hospital: string;
  /** The positive label: 1 with two classes; with more, `macro` and then each label against the rest. */
  readonly positive_label: string;
  /** Patients. */
  readonly n: number;
  /** `p ≥ threshold` is positive; frozen on validation. Null with more than two classes (the most probable wins). */
  readonly threshold: number | null;
  /** The same at the threshold 0.5; null with more than two classes. */
  readonly accuracy_at_0_5: number | null;
  readonly sensitivity_at_0_5: number | null;
  readonly specificity_at_0_5: number | null;
  readonly in_sample: InSample;
  readonly note: string;
}

export const inSampleColumn: ReturnType<typeof oneOf<InSample>> = oneOf('yes', 'no', 'unknown');

const columns: Columns<FusionMetricsRow> = {
  model: required,
  split: oneOf(...SPLITS),
  hospital: required,
  positive_label: required,
  n: count,
  ...discriminationColumns,
  threshold: numberOrEmpty,
  accuracy_at_0_5: numberOrEmpty,
  sensitivity_at_0_5: numberOrEmpty,
  specificity_at_0_5: numberOrEmpty,
  in_sample: inSampleColumn,
  note: text,
};

/** Writes `metrics.csv` of a fusion. */
export function writeFusionMetrics(path: string, rows: readonly FusionMetricsRow[]): void {
  writeTable(path, columns, rows);
}

/** Reads `metrics.csv` of a fusion. @throws DataError as `readTable`. */
export function readFusionMetrics(path: string): FusionMetricsRow[] {
  return readTable(path, columns);
}
