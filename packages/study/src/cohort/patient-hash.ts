import { createHash } from 'node:crypto';
import { DataError } from '@radweave/artifacts';
import type { SliceTable } from './slice-table.ts';

/** Identity of a patient that a checkpoint may carry: SHA-256 of the ID, so that checkpoints name nobody. */
export function patientHash(patient: string): string {
  return createHash('sha256').update(patient.normalize('NFC')).digest('hex').slice(0, 32);
}

/** The patients of a table, hashed and sorted. */
export function patientHashes(table: SliceTable): string[] {
  return table.patients.map(({ patient }) => patientHash(patient)).sort();
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
): void {
  const known = new Set(trained);
  for (const { split, table } of unseen) {
    const seen = table.patients.filter(({ patient }) => known.has(patientHash(patient)));
    if (seen.length === 0) continue;
    const names = seen
      .slice(0, 5)
      .map(({ patient }) => patient)
      .join(', ');
    throw new DataError(
      'E_LEAK_CHECKPOINT',
      `${seen.length} patients of the ${split} set were used to train this checkpoint (${names}${seen.length > 5 ? ', …' : ''})`,
      {
        where: checkpoint,
        hint: 'The split has been made again since then. Train again on it, or restore the split the checkpoint was trained on',
      },
    );
  }
}
