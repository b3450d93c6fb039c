import { join } from 'node:path';
import { classTableFile, type PerClass } from '../class-columns.ts';
import { count, type RowOf, required, text } from '../csv-columns.ts';
import { folderName } from '../names.ts';
import type { Split } from '../split.ts';

const who = {
  patient_id: required,
  hospital: text,
  label: count,
  num_slices: count,
  /** Fold whose model, which did not see the patient, gave the logits (from 1); 0 for the mean of all models. */
  fold: count,
};

/** A patient of `logits_{modality}.csv`; the logits are the mean over the patient's slices. */
export type PatientLogits = RowOf<typeof who> & PerClass<'logits'>;

/** `{features}/{split}/logits_{modality}.csv`. */
export function logitsPath(featuresDir: string, split: Split, modality: string): string {
  return join(featuresDir, split, `logits_${folderName('modality', modality)}.csv`);
}

/** `{features}/logits_{modality}.json`. */
export function logitsRecordPath(featuresDir: string, modality: string): string {
  return join(featuresDir, `logits_${folderName('modality', modality)}.json`);
}

/** `logits_{modality}.csv`: `patient_id,hospital,label,num_slices,fold,logit_0,…`. */
export const { read: readLogits, write: writeLogits } = classTableFile(
  who,
  'logits',
  'Cross-fit modality M again: radweave extract --modality M --cross_fit K',
);
