import { dirname } from 'node:path';
import {
  type Config,
  idOf,
  type KeyedPatient,
  type Pseudonym,
  privateFiles,
  studyKeyPath,
  writePseudonyms,
} from '@radweave/artifacts';
import { studyKey } from '@radweave/study/cohort/study-key';

/**
 * Names that stand for patients in what is handed on: an HMAC of hospital and ID under the key of the study, so that one patient has
 * the same in every copy and nobody without the key can try IDs. The table that leads back stays beside the key.
 *
 * @returns the names by the patients' keys, and where the table is.
 */
export function pseudonymsOf(
  patients: readonly KeyedPatient[],
  { data }: Pick<Config, 'data'>,
): { names: ReadonlyMap<string, string>; table: string } {
  const key = studyKey(data);
  const rows = patients.map((one): Pseudonym & { patient: string } => {
    const { patient, hospital } = one;
    const original = idOf(one);
    const text = ['pseudonym', hospital.normalize('NFC'), original.normalize('NFC')].join('\0');
    return { hospital, original, patient, pseudonym: `P${key.hmac(text).slice(0, 12)}` };
  });
  const table = privateFiles(dirname(studyKeyPath(data))).pseudonyms;
  writePseudonyms(
    table,
    rows.map(({ hospital, original, pseudonym }) => ({ hospital, original, pseudonym })),
  );
  return { names: new Map(rows.map(({ patient, pseudonym }) => [patient, pseudonym])), table };
}
