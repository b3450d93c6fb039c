import { createHash } from 'node:crypto';
import { type Config, DataError, idOf, type KeyedPatient, studyKeyPath } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import { type StageContext, warn } from '../context/events.ts';
import type { SliceTable } from './slice-table.ts';
import { keptStudyKey, type StudyKey } from './study-key.ts';

/** How checkpoints of earlier versions name a patient: by SHA-256 of the ID alone, whatever the hospital. */
export function bareHash(id: string): string {
  return createHash('sha256').update(id.normalize('NFC')).digest('hex').slice(0, 32);
}

/** How checkpoints and records name a patient: which key, and the HMAC of hospital and ID under it. */
export function patientHash(key: StudyKey, one: KeyedPatient): string {
  const text = [one.hospital, idOf(one)].map((part) => part.normalize('NFC')).join('\0');
  return `${key.id}:${key.hmac(text)}`;
}

/** Those of patients, sorted. */
export function patientHashes(key: StudyKey, patients: readonly KeyedPatient[]): string[] {
  return patients.map((one) => patientHash(key, one)).sort();
}

/** Recognises patients by the hashes that checkpoints and records hold. */
export class KnownPatients {
  private readonly key: StudyKey | null;
  /** Where the key of the study would be. */
  readonly keyPath: string;

  constructor(data: Pick<Config['data'], 'splits_dir' | 'study_key'>) {
    this.key = keptStudyKey(data);
    this.keyPath = studyKeyPath(data);
  }

  /** Whether none of the hashes is under a key that is not at hand. */
  canTell(hashes: Iterable<string>): boolean {
    for (const hash of hashes) {
      const at = hash.indexOf(':');
      if (at >= 0 && hash.slice(0, at) !== this.key?.id) return false;
    }
    return true;
  }

  /** Whether a patient is among the hashes; `by ID` where an earlier version left out the hospital. */
  find(hashes: ReadonlySet<string>, one: KeyedPatient): 'yes' | 'by ID' | 'no' {
    if (this.key !== null && hashes.has(patientHash(this.key, one))) return 'yes';
    return hashes.has(bareHash(idOf(one))) ? 'by ID' : 'no';
  }

  has(hashes: ReadonlySet<string>, one: KeyedPatient): boolean {
    return this.find(hashes, one) !== 'no';
  }

  /** What to say where {@link canTell} is false. */
  get silence(): string {
    return (
      `the training patients are named under another key than that in ${this.keyPath}. Put the key there that lay beside the ` +
      'splits of the training, or name its file with --set data.study_key=FILE'
    );
  }
}

/** Warns where a checkpoint names its training patients under a key that is not at hand. */
export function warnUntold(
  trained: readonly string[],
  checkpoint: string,
  known: KnownPatients,
  context: StageContext,
): void {
  if (known.canTell(trained)) return;
  warn(
    context,
    `Whether ${checkpoint} was trained on patients of validation or test cannot be told: ${known.silence}.`,
  );
}

/**
 * Refuses a checkpoint whose training patients are now in a set that must be unseen.
 *
 * @throws DataError naming some of them.
 */
export function refuseSeenPatients(
  trained: readonly string[],
  unseen: { split: 'val' | 'test'; table: SliceTable }[],
  checkpoint: string,
  known: KnownPatients,
): void {
  const hashes = new Set(trained);
  for (const { split, table } of unseen) {
    const seen = table.patients.filter((one) => known.has(hashes, one));
    if (seen.length === 0) continue;
    const names = seen
      .slice(0, 5)
      .map(({ patient }) => patient)
      .join(', ');
    throw new DataError(
      'E_LEAK_CHECKPOINT',
      `${counted(seen.length, 'patient')} of the ${split} set ${seen.length === 1 ? 'was' : 'were'} used to train this checkpoint (${names}${seen.length > 5 ? ', …' : ''})`,
      {
        where: checkpoint,
        hint: 'The split has been made again since then. Train again on it, or restore the split the checkpoint was trained on',
      },
    );
  }
}
