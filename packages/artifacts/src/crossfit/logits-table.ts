import { join } from 'node:path';
import { type ClassTable, readClassTable, writeClassTable } from '../class-columns.ts';
import { count, required, text } from '../csv-columns.ts';
import { folderName } from '../names.ts';
import type { Split } from '../split.ts';

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

const TABLE: ClassTable<Omit<PatientLogits, 'logits'>> = {
  who: { patient_id: required, hospital: text, label: count, num_slices: count, fold: count },
  prefix: 'logit_',
  hint: 'Run radweave extract --cross_fit again',
};

/** `{features}/{split}/logits_{modality}.csv`. */
export function logitsPath(featuresDir: string, split: Split, modality: string): string {
  return join(featuresDir, split, `logits_${folderName('modality', modality)}.csv`);
}

/** `{features}/logits_{modality}.json`. */
export function logitsRecordPath(featuresDir: string, modality: string): string {
  return join(featuresDir, `logits_${folderName('modality', modality)}.json`);
}

/** Writes `patient_id,hospital,label,num_slices,fold,logit_0,…`. */
export function writeLogits(path: string, rows: readonly PatientLogits[], classes: number): void {
  const lines = rows.map(({ logits, ...row }) => ({ ...row, values: logits }));
  writeClassTable(path, TABLE, lines, classes);
}

/** Reads `logits_{modality}.csv`. @throws DataError as {@link readClassTable}. */
export function readLogits(path: string): PatientLogits[] {
  return readClassTable(path, TABLE).map(({ values, ...row }) => ({ ...row, logits: values }));
}
