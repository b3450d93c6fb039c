import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { removeQuietly, renameWithRetry, syncFolder } from './atomic.ts';
import { explainFileError } from './files/explain.ts';

/** Where the new files are made, inside the folder: a folder may be a mount or a link, and cannot always be renamed. */
const STAGING = '.radweave.new';

/** How files of a folder are replaced. */
export interface Replacement {
  /** The file that vouches for the others: it is replaced last. */
  last: string;
  /** Files that have no successor and must go. */
  obsolete: readonly string[];
  /** Whether readers take a folder without `last` for unfinished: then it goes first, and no kill leaves it beside others' files. */
  unfinishedWithoutLast?: boolean;
}

/**
 * Replaces some files of a folder together: all are written and on disk before the first of the old ones is touched, then
 * renames alone are left, and when one of those fails the old files are put back. Other files of the folder stay. Callers
 * hold the lock of the folder; whoever reads it checks the other files by the last one.
 *
 * @param fill Writes the files and folders into the empty folder it is given, each flushed to disk.
 * @throws ResourceError when the disk is full or the place is not writable; the old files are unchanged then.
 */
export function replaceFilesTogether(
  folder: string,
  fill: (staging: string) => void,
  replacement: Replacement,
): void {
  const staging = join(folder, STAGING);
  const [fresh, old] = [join(staging, 'new'), join(staging, 'old')];
  try {
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    mkdirSync(old);
    fill(fresh);
    syncFolder(fresh);
    swap(folder, fresh, old, replacement);
    syncFolder(folder);
  } catch (error) {
    throw explainFileError(error, 'write', folder);
  } finally {
    removeQuietly(staging);
  }
}

function swap(
  folder: string,
  fresh: string,
  old: string,
  { last, obsolete, unfinishedWithoutLast = false }: Replacement,
): void {
  const made = readdirSync(fresh);
  requireNoFolders(folder, fresh, made);
  const names = new Set([...obsolete, ...made.filter((name) => name !== last), last]);
  const undo: (() => void)[] = [];
  const move = (from: string, to: string): void => {
    if (!existsSync(from)) return;
    renameWithRetry(from, to);
    undo.push(() => renameWithRetry(to, from));
  };
  try {
    if (unfinishedWithoutLast) move(join(folder, last), join(old, last));
    for (const name of names) {
      move(join(folder, name), join(old, name));
      move(join(fresh, name), join(folder, name));
    }
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw error;
  }
}

/** A folder in the place of a file is somebody's: it is not removed with the old files. */
function requireNoFolders(folder: string, fresh: string, made: readonly string[]): void {
  const isFolder = (path: string): boolean =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const taken = made.find((name) => isFolder(join(folder, name)) && !isFolder(join(fresh, name)));
  if (taken === undefined) return;
  throw explainFileError(Object.assign(new Error(), { code: 'EISDIR' }), 'write', join(folder, taken));
}
