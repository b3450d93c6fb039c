import { readTable, writeTable } from '../csv.ts';
import {
  type Column,
  type Columns,
  count,
  numberOrEmpty,
  oneOf,
  patientId,
  required,
  text,
} from '../csv-columns.ts';
import { discriminationColumns } from '../discrimination-columns.ts';
import { writeNpy } from '../features/npy-write.ts';
import { inSampleColumn } from '../fusion/metrics.ts';
import { probabilityCells, probabilityColumns } from '../fusion/probability-columns.ts';
import type {
  HarmonisedFeatures,
  HarmonisedMetricsRow,
  HarmonisedPrediction,
  SiteAuditRow,
  Transductive,
} from './types.ts';

const transductive: Column<Transductive> = oneOf('yes', 'no');
const features: Column<'extracted' | 'harmonised'> = oneOf('extracted', 'harmonised');

const auditColumns: Columns<SiteAuditRow> = {
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
  note: text,
};

const metricsColumns: Columns<HarmonisedMetricsRow> = {
  model: required,
  hospital: required,
  positive_label: required,
  features,
  transductive,
  n: count,
  ...discriminationColumns,
  threshold: numberOrEmpty,
  in_sample: inSampleColumn,
  note: text,
};

/** Writes `site_audit.csv`. */
export function writeSiteAudit(path: string, rows: readonly SiteAuditRow[]): void {
  writeTable(path, auditColumns, rows);
}

/** Reads `site_audit.csv`. @throws DataError as `readTable`. */
export function readSiteAudit(path: string): SiteAuditRow[] {
  return readTable(path, auditColumns);
}

/** Writes `metrics.csv` of a harmonisation. */
export function writeHarmonisedMetrics(path: string, rows: readonly HarmonisedMetricsRow[]): void {
  writeTable(path, metricsColumns, rows);
}

/** Reads `metrics.csv` of a harmonisation. @throws DataError as `readTable`. */
export function readHarmonisedMetrics(path: string): HarmonisedMetricsRow[] {
  return readTable(path, metricsColumns);
}

/**
 * Writes `predictions_test.csv` of a harmonisation.
 *
 * @param models In the order of the columns.
 */
export function writeHarmonisedPredictions(
  path: string,
  rows: readonly HarmonisedPrediction[],
  models: readonly string[],
  classes: number,
): void {
  const columns = {
    patient: patientId,
    hospital: text,
    label: count,
    transductive,
    ...probabilityColumns(models, classes),
    predicted: count,
    in_sample: inSampleColumn,
    note: text,
  };
  const lines = rows.map(({ probabilities, ...row }) => ({
    ...row,
    ...probabilityCells(probabilities, classes),
  }));
  writeTable<Record<string, unknown>>(path, columns as Columns<Record<string, unknown>>, lines);
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
