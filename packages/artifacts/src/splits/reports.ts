import { readTable, writeTable } from '../csv.ts';
import { type Columns, patientId, required, text } from '../csv-columns.ts';

/** A patient left out of the cohort. */
export interface Exclusion {
  readonly patient: string;
  readonly hospital: string;
  /** Short code such as `missing_modality`, for counting. */
  readonly reason: string;
  /** For people: which modality, which other hospital. */
  readonly detail: string;
}

/** An image that could not be used. */
export interface RejectedImage {
  readonly image_path: string;
  readonly patient: string;
  readonly hospital: string;
  readonly modality: string;
  readonly reason: string;
}

const exclusionColumns: Columns<Exclusion> = {
  patient: patientId,
  hospital: text,
  reason: required,
  detail: text,
};

const rejectedColumns: Columns<RejectedImage> = {
  image_path: required,
  patient: { ...patientId, ...text },
  hospital: text,
  modality: text,
  reason: required,
};

/** Writes `exclusions.csv`. */
export function writeExclusions(path: string, rows: readonly Exclusion[]): void {
  writeTable(path, exclusionColumns, rows);
}

/** Reads `exclusions.csv`. @throws DataError as `readTable`. */
export function readExclusions(path: string): Exclusion[] {
  return readTable(path, exclusionColumns);
}

/** Writes `rejected.csv`. */
export function writeRejected(path: string, rows: readonly RejectedImage[]): void {
  writeTable(path, rejectedColumns, rows);
}

/** Reads `rejected.csv`. @throws DataError as `readTable`. */
export function readRejected(path: string): RejectedImage[] {
  return readTable(path, rejectedColumns);
}
