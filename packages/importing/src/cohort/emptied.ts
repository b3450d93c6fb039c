import { dirname, join, resolve, sep } from 'node:path';
import { groupBy, isLeftBySystem, type Pseudonym } from '@radweave/artifacts';
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from '@radweave/artifacts/files';

/**
 * Removes the folders of patients that hold nothing, or only what a killed import or the system left there, and what is empty above
 * them then: that of a patient would still count as the patient. The caller holds the lock of the output.
 */
export function removeEmptied(output: string, pseudonyms: readonly Pseudonym[]): void {
  const root = resolve(output);
  for (const [hospital, own] of groupBy(pseudonyms, (one) => one.hospital)) {
    const patients = new Set(own.map(({ pseudonym }) => pseudonym));
    for (const label of namesIn(join(root, hospital))) {
      for (const name of namesIn(join(root, hospital, label))) {
        const folder = join(root, hospital, label, name);
        if (!patients.has(name) || !namesIn(folder).every(isLeftBySystem)) continue;
        rmSync(folder, { recursive: true, force: true });
        removeAbove(folder, root);
      }
    }
  }
}

function removeAbove(gone: string, root: string): void {
  for (let above = dirname(gone); above.startsWith(`${root}${sep}`); above = dirname(above)) {
    if (readdirSync(above).length > 0) return;
    rmdirSync(above);
  }
}

/** What lies in a folder; nothing where it is none, as a file that somebody put there. */
function namesIn(folder: string): string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
}
