import { dirname, join, resolve } from 'node:path';
import { readTable, tableFile, writeTable } from '../csv.ts';
import { count, type RowOf, required } from '../csv-columns.ts';
import { existsSync, readdirSync } from '../files/files.ts';
import { IssueCollector } from '../issues.ts';
import { folderName } from '../names.ts';
import { SPLITS } from '../split.ts';

/** A row of `features_{modality}.csv`. */
const featureColumns = { patient_id: required, feature_path: required, label: count, num_slices: count };
export type FeatureRow = RowOf<typeof featureColumns>;

/** `{features}/{split}/features_{modality}.csv`. */
export function featureTablePath(featuresDir: string, split: string, modality: string): string {
  return join(featuresDir, split, `features_${folderName('modality', modality)}.csv`);
}

/** The modalities that have such tables, in Unicode form NFC. */
export function featureModalities(featuresDir: string): string[] {
  const folders = SPLITS.map((split) => join(featuresDir, split)).filter((folder) => existsSync(folder));
  const names = folders.flatMap((folder) => readdirSync(folder));
  const found = names.flatMap((name) => /^features_(.+)\.csv$/.exec(name.normalize('NFC'))?.[1] ?? []);
  return [...new Set(found)].sort();
}

/** `{features}/{split}/{modality}/grade{label}/{patient_id}.npy`. */
export function featurePath(
  featuresDir: string,
  split: string,
  modality: string,
  label: number,
  patient: string,
): string {
  return join(featuresDir, split, folderName('modality', modality), `grade${label}`, `${patient}.npy`);
}

/** Writes `features_{modality}.csv`. */
export function writeFeatureTable(path: string, rows: readonly FeatureRow[]): void {
  writeTable(path, featureColumns, rows);
}

/**
 * Reads `features_{modality}.csv`.
 *
 * @throws DataError as `readTable`, and `E_FEATURES_PATIENT` for a patient listed twice.
 */
export function readFeatureTable(path: string): FeatureRow[] {
  const rows = readTable(path, featureColumns);
  const issues = new IssueCollector();
  const seen = new Set<string>();
  rows.forEach((row, index) => {
    if (seen.has(row.patient_id)) {
      issues.error(
        'E_FEATURES_PATIENT',
        `patient ${row.patient_id} is listed twice`,
        `${path}, row ${index + 1}`,
      );
    }
    seen.add(row.patient_id);
  });
  issues.throwIfErrors('the feature table cannot be used');
  return rows;
}

/**
 * Where a row's `.npy` lies on this machine: beside its table when the usual `{modality}/grade{label}/{patient}.npy` is
 * there (a copied or moved features folder uses its own files, not those it was copied from), else as written.
 *
 * @param tablePath The CSV the row was read from, in `{split}/` or in `{split}/aligned/`.
 */
export function resolveFeaturePath(tablePath: string, featurePathInTable: string): string {
  const tail = featurePathInTable.split(/[\\/]/).slice(-3);
  const folder = dirname(resolve(tablePath));
  for (const base of [folder, dirname(folder)]) {
    const beside = join(base, ...tail);
    if (tail.length === 3 && existsSync(beside)) return beside;
  }
  return resolve(featurePathInTable);
}

/** `{patient_id}.slices.csv`: which slice gave which row of the feature array. */
export const { read: readSliceIndex, write: writeSliceIndex } = tableFile({
  row: count,
  image_path: required,
});
