import { writeSecretAtomic } from '../atomic.ts';
import { formatTable, readHeader, readTable, tableFile } from '../csv.ts';
import { count, numberOrEmpty, patientId, type RowOf, required, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';

/** A slice that was written, and every decision on the way to it. */
const imported = {
  patient: patientId,
  hospital: required,
  label: count,
  modality: required,
  /** Relative to the output. */
  file: required,
  /** Hashes of UIDs, by the key in `uid_key.txt`. */
  study: required,
  series: required,
  instance: required,
  /** From 1. */
  frame: count,
  description: text,
  because: text,
  /** Along the normal of the slices, in mm. */
  position: numberOrEmpty,
  plane: text,
  distance: numberOrEmpty,
  thickness: numberOrEmpty,
  rows: count,
  columns: count,
  row_spacing: numberOrEmpty,
  column_spacing: numberOrEmpty,
  transfer_syntax: text,
  photometric: text,
  slope: numberOrEmpty,
  intercept: numberOrEmpty,
  /** What the values are: HU, SUV, …. */
  unit: text,
  /** Black and white, in this unit. */
  low: numberOrEmpty,
  high: numberOrEmpty,
  how: text,
  /** Of the image within the square, in pixels. */
  width: count,
  height: count,
  notes: text,
};
export type ImportedSlice = RowOf<typeof imported>;

/** `import.csv`. */
export const { read: readImported, write: writeImported } = tableFile(imported);

/** A file or series that was not imported; paths are relative to the folder of the export. They may hold names: this table stays with that of the pseudonyms. */
const leftOut = { path: text, patient: text, series: text, reason: text };
export type LeftOutFile = RowOf<typeof leftOut>;

/** `left_out.csv`, for nobody else's eyes. */
export function writeLeftOut(path: string, rows: readonly LeftOutFile[]): void {
  writeSecretAtomic(path, formatTable(leftOut, rows));
}

/** Who a patient is: the one table that leads back. */
const pseudonyms = { hospital: required, original: required, pseudonym: required };
export type Pseudonym = RowOf<typeof pseudonyms>;

/** Reads `pseudonyms.csv`. @throws DataError as `readTable`. */
export function readPseudonyms(path: string): Pseudonym[] {
  return readTable(path, pseudonyms);
}

/** `pseudonyms.csv`, for nobody else's eyes. */
export function writePseudonyms(path: string, rows: readonly Pseudonym[]): void {
  writeSecretAtomic(path, formatTable(pseudonyms, rows));
}

/** What somebody says of a patient of an export. */
const listed = { patient: patientId, hospital: required, label: count };
const listedByName = { ...listed, pseudonym: required };
export type ListedPatient = RowOf<typeof listed> & { readonly pseudonym?: string };

/** Reads a table of patients: `patient,hospital,label`, and `pseudonym` where somebody chose them. @throws DataError as `readTable`. */
export function readListedPatients(path: string): ListedPatient[] {
  return readHeader(path).includes('pseudonym') ? readTable(path, listedByName) : readTable(path, listed);
}

/** A file of pictures or of a volume, where a table says whose it is. */
const listedFile = { ...listed, modality: required, file: required };
export type ListedFile = RowOf<typeof listedFile>;

/**
 * Reads a table of files: `patient_id,hospital,label,modality,file`, with paths below the folder.
 *
 * @returns null for a table without `file`, which lists patients.
 * @throws DataError as `readTable`, and `E_IMPORT` for a file that is listed twice.
 */
export function readListedFiles(path: string): ListedFile[] | null {
  const has = (name: string): boolean => readHeader(path).some((one) => one.trim().toLowerCase() === name);
  if (!has('file')) return null;
  const files = readTable(path, listedFile).map((row) => ({
    ...row,
    file: row.file.replaceAll('\\', '/').replace(/^\.\//, ''),
  }));
  const seen = new Set<string>();
  for (const { file } of files) {
    if (seen.has(file)) {
      throw new DataError('E_IMPORT', `the table lists the file ${file} twice`, {
        where: path,
        hint: 'Keep the row of the patient and modality that it is of',
      });
    }
    seen.add(file);
  }
  return files;
}
