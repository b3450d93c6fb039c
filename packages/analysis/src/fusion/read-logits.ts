import {
  DataError,
  hashFile,
  inShell,
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
import type { KnownPatients } from '@radweave/study/cohort/patient-hash';

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
export function readModalityLogits(
  featuresDir: string,
  modality: string,
  known: KnownPatients,
): ModalityLogits {
  const path = logitsRecordPath(featuresDir, modality);
  if (!existsSync(path)) {
    throw new UsageError('E_NO_LOGITS', `there are no out-of-fold logits of modality ${modality}`, {
      where: path,
      hint: `Run first: radweave extract --modality ${inShell(modality)} --cross_fit K`,
    });
  }
  const record = readLogitsRecord(path);
  for (const split of SPLITS) {
    const table = logitsPath(featuresDir, split, modality);
    if (existsSync(table) && hashFile(table) === record.tables[split]) continue;
    throw mixed(`the ${split} logits of ${modality} are not those that ${path} records`, table, record);
  }
  const rows = forEachSplit((split) => readLogits(logitsPath(featuresDir, split, modality)));
  const models = record.models.map(({ fold, held_out, trained_on, validated_on }) => ({
    fold,
    heldOut: new Set(held_out),
    seen: new Set([...trained_on, ...validated_on]),
  }));
  if (!models.every(({ heldOut, seen }) => known.canTell(heldOut) && known.canTell(seen))) {
    throw mixed(
      `whether the logits of ${modality} are out-of-fold cannot be told: ${known.silence}`,
      path,
      record,
    );
  }
  const has = (hashes: ReadonlySet<string>, { patient_id: patient, hospital }: PatientLogits): boolean =>
    known.has(hashes, { patient, hospital });
  for (const row of rows.train) {
    const model = models.find((one) => one.fold === row.fold);
    if (model !== undefined && has(model.heldOut, row) && !has(model.seen, row)) continue;
    throw mixed(`the logits of patient ${row.patient_id} are not out-of-fold`, path, record);
  }
  for (const row of [...rows.val, ...rows.test]) {
    if (!models.some(({ heldOut, seen }) => has(seen, row) || has(heldOut, row))) continue;
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

function mixed(what: string, where: string, { modality, folds }: LogitsRecord): DataError {
  return new DataError('E_LOGITS_MIXED', what, {
    where,
    hint: `Run again: radweave extract --modality ${inShell(modality)} --cross_fit ${folds}`,
  });
}
