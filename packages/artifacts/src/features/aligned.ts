import { join } from 'node:path';
import { readTable, writeTable } from '../csv.ts';
import { count, type RowOf, required, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import { alignedFiles } from '../layout.ts';
import { type FeatureRow, readFeatureTable, writeFeatureTable } from './feature-table.ts';

/** A row of `aligned/patients.csv`: the one order of patients that every aligned table has. */
const patientColumns = {
  patient_id: required,
  /** Empty when the cohort file does not say. */
  hospital: text,
  label: count,
};
export type AlignedPatient = RowOf<typeof patientColumns>;

/** A row of `aligned/missing.csv`: a patient who lacks a modality and is therefore not aligned. */
const missingColumns = {
  patient_id: required,
  label: count,
  /** Modalities without features, separated by spaces. */
  missing_modalities: required,
};

export interface AlignedFeatures {
  readonly patients: readonly AlignedPatient[];
  readonly missing: readonly RowOf<typeof missingColumns>[];
  /** By modality; each in the order of `patients`. */
  readonly tables: Readonly<Record<string, readonly FeatureRow[]>>;
}

const tableName = (modality: string): string => `features_${modality}.csv`;

function requireSameOrder(
  path: string,
  patients: readonly AlignedPatient[],
  rows: readonly FeatureRow[],
): void {
  const wrong = patients.findIndex((patient, i) => {
    const row = rows[i];
    return row?.patient_id !== patient.patient_id || row.label !== patient.label;
  });
  if (wrong === -1 && rows.length === patients.length) return;
  const at = wrong === -1 ? patients.length : wrong;
  throw new DataError(
    'E_ALIGNED_ORDER',
    'the aligned tables do not list the same patients in the same order',
    {
      where: `${path}, row ${at + 1}`,
      hint: 'Run `radweave align` again',
    },
  );
}

/**
 * Writes the files of `aligned/` into a folder (a temporary one of `replaceFilesTogether`).
 *
 * @throws DataError `E_ALIGNED_ORDER` when a table is not in the order of `patients`.
 */
export function writeAligned(folder: string, aligned: AlignedFeatures): void {
  for (const [modality, rows] of Object.entries(aligned.tables)) {
    const path = join(folder, tableName(modality));
    requireSameOrder(path, aligned.patients, rows);
    writeFeatureTable(path, rows);
  }
  const files = alignedFiles(folder);
  writeTable(files.missing, missingColumns, aligned.missing);
  writeTable(files.patients, patientColumns, aligned.patients);
}

/**
 * Reads `aligned/` for the given modalities.
 *
 * @throws DataError as `readTable`, and `E_ALIGNED_ORDER` when the tables disagree.
 */
export function readAligned(folder: string, modalities: readonly string[]): AlignedFeatures {
  const files = alignedFiles(folder);
  const patients = readTable(files.patients, patientColumns);
  const missing = readTable(files.missing, missingColumns);
  const tables = modalities.map((modality): [string, FeatureRow[]] => {
    const path = join(folder, tableName(modality));
    const rows = readFeatureTable(path);
    requireSameOrder(path, patients, rows);
    return [modality, rows];
  });
  return { patients, missing, tables: Object.fromEntries(tables) };
}
