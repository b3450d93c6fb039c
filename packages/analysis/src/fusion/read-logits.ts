import {
  DataError,
  hashFile,
  type LogitsRecord,
  logitsPath,
  logitsRecordPath,
  type PatientLogits,
  readLogits,
  readLogitsRecord,
  SPLITS,
  type Split,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { patientHash } from '@radweave/study/cohort/patient-hash';

/** The logits of a modality in all splits, checked. */
export interface ModalityLogits {
  record: LogitsRecord;
  /** SHA-256 (hex) of the record's file. */
  recordSha256: string;
  tables: Record<Split, ReadonlyMap<string, PatientLogits>>;
}

/**
 * Reads the logits of a modality.
 *
 * @throws UsageError when there are none; DataError when a table is not the one the record was written with, or a model has
 *   seen a patient whose logits it gives.
 */
export function readModalityLogits(featuresDir: string, modality: string): ModalityLogits {
  const path = logitsRecordPath(featuresDir, modality);
  if (!existsSync(path)) {
    throw new UsageError('E_NO_LOGITS', `there are no out-of-fold logits of modality ${modality}`, {
      where: path,
      hint: `Run first: radweave extract --modality ${modality} --cross_fit K`,
    });
  }
  const record = readLogitsRecord(path);
  for (const split of SPLITS) {
    const table = logitsPath(featuresDir, split, modality);
    if (existsSync(table) && hashFile(table) === record.tables[split]) continue;
    throw mixed(`the ${split} logits of ${modality} are not those that ${path} records`, table, record);
  }
  const rows = forEachSplit((split) => readLogits(logitsPath(featuresDir, split, modality)));
  for (const row of rows.train) {
    const { patient_id, fold } = row;
    const model = record.models.find((one) => one.fold === fold);
    const hash = patientHash(patient_id);
    if (model?.held_out.includes(hash) && !sees(model, hash)) continue;
    throw mixed(`the logits of patient ${patient_id} are not out-of-fold`, path, record);
  }
  for (const row of [...rows.val, ...rows.test]) {
    const hash = patientHash(row.patient_id);
    if (!record.models.some((model) => sees(model, hash) || model.held_out.includes(hash))) continue;
    throw mixed(
      `patient ${row.patient_id} is not a training patient, but was one of the models'`,
      path,
      record,
    );
  }
  const byPatient = (split: Split): ReadonlyMap<string, PatientLogits> =>
    new Map(rows[split].map((row) => [row.patient_id, row]));
  return { record, recordSha256: hashFile(path), tables: forEachSplit(byPatient) };
}

function sees({ trained_on, validated_on }: LogitsRecord['models'][number], hash: string): boolean {
  return trained_on.includes(hash) || validated_on.includes(hash);
}

function mixed(what: string, where: string, { modality, folds }: LogitsRecord): DataError {
  return new DataError('E_LOGITS_MIXED', what, {
    where,
    hint: `Run again: radweave extract --modality ${modality} --cross_fit ${folds}`,
  });
}
