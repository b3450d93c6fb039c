import { join } from 'node:path';
import { writeFileAtomic } from '../atomic.ts';
import { existsSync, readFileSync } from '../files/files.ts';

/** In a hospital's folder; hidden, so that it is not part of the layout. */
const MARK = '.radweave-phantom';

const HEADING = "# Radweave's phantom made these patients: none of them is real.";

/** Says in a hospital's folder which of its patients are made up. */
export function writePhantomMark(hospitalDir: string, patients: readonly string[]): void {
  writeFileAtomic(join(hospitalDir, MARK), `${[HEADING, ...patients].join('\n')}\n`);
}

/** The patients of a hospital's folder that are made up: none in a real one. */
export function readPhantomMark(hospitalDir: string): string[] {
  const path = join(hospitalDir, MARK);
  if (!existsSync(path)) return [];
  const [, ...patients] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return patients;
}
