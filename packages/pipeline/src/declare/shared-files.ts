import { join } from 'node:path';
import { DataError, fileStates, type NamedState } from '@radweave/artifacts';
import type { Part } from './reads.ts';

/** A file that shares read: by size and time, as these are too many to be read again. */
interface SharedFile {
  /** The same on all machines. */
  name: string;
  path: string;
  /** Null where it is gone. */
  state: string | null;
}

/** What shares read besides few inputs: images, or files of an export. */
export interface SharedFiles {
  /** Such as `images of A`. */
  what: string;
  folder: string;
  files: readonly SharedFile[];
}

/** Of the files that were read. */
const STATES = 'files.json';

const told = ({ files }: SharedFiles): NamedState[] => files.map(({ name, state }) => [name, state]);

/** The files as an input of a record. */
export function asInput(shared: SharedFiles): Record<string, Part> {
  return { [shared.what]: { path: shared.folder, value: told(shared) } };
}

/** Notes the files as they are. For who reads them next: what changes meanwhile is another then. */
export function noteFiles(shared: SharedFiles, into: string): void {
  fileStates.write(join(into, STATES), told(shared));
}

/** A file that is not as it was noted, or came or went since; undefined where all are as they were. */
export function otherFile({ folder, files }: SharedFiles, noted: string): string | undefined {
  const before = new Map(fileStates.find(join(noted, STATES)));
  const other = files.find(({ name, state }) => before.get(name) !== state);
  if (other !== undefined) return other.path;
  for (const { name } of files) before.delete(name);
  const [gone] = before.keys();
  return gone === undefined ? undefined : join(folder, gone);
}

/** @throws DataError that names a file which is not as the part has read it. */
export function requireSameFiles(shared: SharedFiles, folder: string, part: string): void {
  const where = otherFile(shared, folder);
  if (where === undefined) return;
  throw new DataError('E_SHARDS', `${shared.what} have changed since part ${part} was made`, {
    where,
    hint: 'Run the same command again for each share, then merge',
  });
}
