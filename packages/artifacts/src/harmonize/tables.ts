import { tableFile } from '../csv.ts';
import {
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
import { type NamedFeatures, writeNamedFeatures } from '../fusion/fused-features.ts';
import { inSampleColumn } from '../fusion/metrics.ts';
import { type ModelProbabilities, writeProbabilities } from '../fusion/probability-columns.ts';
import { labelledWriter } from '../labelled-table.ts';
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

export const writeHarmonisedMetrics = labelledWriter(metricsColumns, (row: HarmonisedMetricsRow) => row);

/** Who a row of `predictions_test.csv` is about, and what is said of them beside the probabilities. */
const who = { patient: patientId, hospital: text, label: count, transductive };
const verdict = { predicted: count, in_sample: inSampleColumn, note: text };

/** A row of `harmonize/predictions_test.csv`. */
export type HarmonisedPrediction = RowOf<typeof who> &
  RowOf<typeof verdict> & { readonly probabilities: ModelProbabilities };

/** The features of the external patients: a row per patient, names as in the fused features. */
export type HarmonisedFeatures = NamedFeatures<{
  readonly patient_id: string;
  readonly hospital: string;
  readonly label: number;
  readonly transductive: 'yes' | 'no';
}>;

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
  writeNamedFeatures(stem, fused, { patient_id: required, hospital: text, label: count, transductive }, {});
}
