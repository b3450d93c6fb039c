import { tableFile, writeTable } from '../csv.ts';
import {
  type Columns,
  count,
  numberOrEmpty,
  oneOf,
  patientId,
  type RowOf,
  remarkTextOrEmpty,
  required,
  text,
} from '../csv-columns.ts';
import { discriminationColumns } from '../discrimination-columns.ts';
import { writeNpy } from '../features/npy-write.ts';
import { inSampleColumn } from '../fusion/metrics.ts';
import { type ModelProbabilities, writeProbabilities } from '../fusion/probability-columns.ts';
import { writeLabelledTable } from '../labelled-table.ts';
import type { SiteAuditRow } from './record.ts';

/** Whether the features of a row were harmonised, which is transductive: by help of the patients they belong to. */
const transductive = oneOf('yes', 'no');
const features = oneOf('extracted', 'harmonised');

/** `site_audit.csv`. */
export const { read: readSiteAudit, write: writeSiteAudit } = tableFile<SiteAuditRow>({
  model: required,
  scope: oneOf('all', 'val and test'),
  features,
  transductive,
  hospitals: text,
  n: numberOrEmpty,
  folds: numberOrEmpty,
  auc: numberOrEmpty,
  auc_p: numberOrEmpty,
  accuracy: numberOrEmpty,
  accuracy_lower: numberOrEmpty,
  accuracy_upper: numberOrEmpty,
  accuracy_p: numberOrEmpty,
  chance: numberOrEmpty,
  permutations: numberOrEmpty,
  note: remarkTextOrEmpty,
});

/** A row of `harmonize/metrics.csv`: one model on the external patients of a hospital (or `all`). */
const metricsColumns = {
  model: required,
  hospital: required,
  positive_label: required,
  features,
  transductive,
  n: count,
  ...discriminationColumns,
  /** Frozen on home validation patients, whose features are never harmonised. */
  threshold: numberOrEmpty,
  in_sample: inSampleColumn,
  note: text,
};
export type HarmonisedMetricsRow = RowOf<typeof metricsColumns>;

/** `metrics.csv` of a harmonisation. */
export const { read: readHarmonisedMetrics } = tableFile(metricsColumns);

/** Writes `metrics.csv`. */
export function writeHarmonisedMetrics(
  path: string,
  rows: readonly HarmonisedMetricsRow[],
  labelNames: readonly string[],
): void {
  writeLabelledTable(path, metricsColumns, rows, labelNames);
}

/** Who a row of `predictions_test.csv` is about, and what is said of them beside the probabilities. */
const who = { patient: patientId, hospital: text, label: count, transductive };
const verdict = { predicted: count, in_sample: inSampleColumn, note: text };

/** A row of `harmonize/predictions_test.csv`. */
export type HarmonisedPrediction = RowOf<typeof who> &
  RowOf<typeof verdict> & { readonly probabilities: ModelProbabilities };

/** The features of the external patients: a row per patient. */
export interface HarmonisedFeatures {
  readonly patients: readonly {
    readonly patient_id: string;
    readonly hospital: string;
    readonly label: number;
    readonly transductive: 'yes' | 'no';
  }[];
  /** patients × names, row after row. */
  readonly data: Float32Array;
  /** `{modality}_{index}` of each column. */
  readonly names: readonly string[];
}

/** Writes `predictions_test.csv` of a harmonisation. */
export function writeHarmonisedPredictions(
  path: string,
  rows: readonly HarmonisedPrediction[],
  models: readonly string[],
  labelNames: readonly string[],
): void {
  writeProbabilities(path, { who, verdict }, rows, models, labelNames);
}

/** Writes `{stem}.npy` (float32, patients × dims) and `{stem}.csv` with the same rows, named. */
export function writeHarmonisedFeatures(stem: string, fused: HarmonisedFeatures): void {
  const { patients, data, names } = fused;
  writeNpy(`${stem}.npy`, { shape: [patients.length, names.length], data });
  const columns = {
    patient_id: required,
    hospital: text,
    label: count,
    transductive,
    ...Object.fromEntries(names.map((name) => [name, numberOrEmpty])),
  };
  const rows = patients.map((patient, row) => {
    const values = data.subarray(row * names.length, (row + 1) * names.length);
    return { ...patient, ...Object.fromEntries(names.map((name, i) => [name, values[i]])) };
  });
  writeTable<Record<string, unknown>>(`${stem}.csv`, columns as Columns<Record<string, unknown>>, rows);
}
