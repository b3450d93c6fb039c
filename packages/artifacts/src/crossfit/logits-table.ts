import { join } from 'node:path';
import { readHeader, readTable, writeTable } from '../csv.ts';
import { type Column, type Columns, count, numberOrEmpty, required, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import type { Split } from '../splits/split-file.ts';

/** A patient of `logits_{modality}.csv`. */
export interface PatientLogits {
  readonly patient_id: string;
  readonly hospital: string;
  readonly label: number;
  readonly num_slices: number;
  /** Fold whose model, which did not see the patient, gave the logits (from 1); 0 for the mean of all models. */
  readonly fold: number;
  /** One per class: the mean over the patient's slices. */
  readonly logits: readonly number[];
}

const PREFIX = 'logit_';
const who = { patient_id: required, hospital: text, label: count, num_slices: count, fold: count };
const logit: Column<number> = {
  expected: 'a number',
  parse: (cell) => numberOrEmpty.parse(cell) ?? undefined,
  format: (value) => numberOrEmpty.format(value),
};

/** `{features}/{split}/logits_{modality}.csv`. */
export function logitsPath(featuresDir: string, split: Split, modality: string): string {
  return join(featuresDir, split, `logits_${modality}.csv`);
}

/** `{features}/logits_{modality}.json`. */
export function logitsRecordPath(featuresDir: string, modality: string): string {
  return join(featuresDir, `logits_${modality}.json`);
}

function columnsFor(classes: number): Columns<Record<string, unknown>> {
  const middle = Array.from({ length: classes }, (_, label) => [`${PREFIX}${label}`, logit]);
  return { ...who, ...Object.fromEntries(middle) } as Columns<Record<string, unknown>>;
}

/** Writes `patient_id,hospital,label,num_slices,fold,logit_0,…`. */
export function writeLogits(path: string, rows: readonly PatientLogits[], classes: number): void {
  const lines = rows.map(({ logits, ...row }) => ({
    ...row,
    ...Object.fromEntries(logits.map((value, label) => [`${PREFIX}${label}`, value])),
  }));
  writeTable<Record<string, unknown>>(path, columnsFor(classes), lines);
}

/** Reads `logits_{modality}.csv`. @throws DataError as `readTable`, and `E_CSV_COLUMNS` for fewer than two classes. */
export function readLogits(path: string): PatientLogits[] {
  const classes = readHeader(path).filter((name) => name.startsWith(PREFIX)).length;
  if (classes < 2) {
    throw new DataError('E_CSV_COLUMNS', `${classes} columns ${PREFIX}… are there, at least two are needed`, {
      where: path,
      mend: 'Run radweave extract --cross_fit again',
    });
  }
  return readTable(path, columnsFor(classes)).map((row) => ({
    patient_id: String(row.patient_id),
    hospital: String(row.hospital),
    label: Number(row.label),
    num_slices: Number(row.num_slices),
    fold: Number(row.fold),
    logits: Array.from({ length: classes }, (_, label) => Number(row[`${PREFIX}${label}`])),
  }));
}
