import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { renameGuarded } from '@radweave/native/rename';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';
import { removeQuietly, syncFolder, whileUnpublished } from './atomic.ts';
import { RadweaveError, systemCode } from './errors.ts';
import { explainFileError } from './files/explain.ts';
import { syncTree } from './folder.ts';

export interface Replacement {
  /** The file that vouches for the others, where one does: it is replaced last. */
  last?: string;
  /** Files that have no successor and must go. */
  obsolete: readonly string[];
  /** Whether readers take a folder without `last` for unfinished: then it goes first, and no kill leaves it beside others' files. */
  unfinishedWithoutLast?: boolean;
  /** Folders of `folder` that other files share: `fill` finds them empty; what it writes there is replaced one by one. */
  shared?: readonly string[];
}

/**
 * Replaces some files of a folder together: all are written and on disk before the first of the old ones is touched, then
 * renames alone are left, and when one of those fails the old files are put back. Other files of the folder stay. Callers
 * hold the lock of the folder; whoever reads it checks the other files by the last one.
 *
 * @param fill Writes the files and folders into the empty folder it is given. When it throws, the old ones stay.
 * @returns what `fill` returned.
 * @throws ResourceError when the disk is full or the place is not writable; the old files are unchanged then.
 */
export async function replaceFilesTogether<T>(
  folder: string,
  fill: (staging: string) => T | Promise<T>,
  replacement: Replacement,
): Promise<T> {
  // Inside the folder: a folder may be a mount or a link, and cannot always be renamed. Whoever took it over has another.
  const staging = temporaryName(join(folder, 'radweave'), 'tmp');
  const [fresh, old] = [join(staging, 'new'), join(staging, 'old')];
  const parts = ['', ...(replacement.shared ?? [])];
  try {
    sweepLeftovers(folder);
    for (const part of parts) {
      for (const place of [fresh, old, folder]) mkdirSync(join(place, part), { recursive: true });
    }
    const result = await whileUnpublished(fresh, () => fill(fresh));
    await syncTree(fresh);
    swap(folder, fresh, old, replacement);
    for (const part of parts) syncFolder(join(folder, part));
    return result;
  } catch (error) {
    throw explained(error, fresh, folder);
  } finally {
    removeQuietly(staging);
  }
}

/** Whether a kill ended a replacement in this folder: files of two times may stand beside each other. */
export function wasInterrupted(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => /^\.radweave\..*\.tmp$/.test(name));
}

function swap(
  folder: string,
  fresh: string,
  old: string,
  { last, obsolete, unfinishedWithoutLast = false, shared = [] }: Replacement,
): void {
  const made = readdirSync(fresh).flatMap((name) =>
    shared.includes(name) ? readdirSync(join(fresh, name)).map((inner) => join(name, inner)) : [name],
  );
  requireNoFolders(folder, fresh, made);
  const names = new Set([...obsolete, ...made]);
  if (last !== undefined && names.delete(last)) names.add(last);
  const undo: (() => void)[] = [];
  const move = (name: string, from: string, to: string): void => {
    const [source, target] = [join(from, name), join(to, name)];
    if (!existsSync(source)) return;
    try {
      renameGuarded(source, target);
    } catch (error) {
      throw explainFileError(error, 'write', join(folder, name));
    }
    undo.push(() => renameGuarded(target, source));
  };
  try {
    if (last !== undefined && unfinishedWithoutLast) move(last, folder, old);
    for (const name of names) {
      move(name, folder, old);
      move(name, fresh, folder);
    }
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw error;
  }
}

/** Nobody finds the folder where files are made: an error names the place where its file was to go. */
function explained(error: unknown, fresh: string, folder: string): unknown {
  const where = error instanceof RadweaveError && systemCode(error) !== undefined ? error.where : undefined;
  if (where?.startsWith(fresh) !== true) return explainFileError(error, 'write', folder);
  return explainFileError((error as RadweaveError).cause, 'write', join(folder, relative(fresh, where)));
}

/** A folder in the place of a file is somebody's: it is not removed with the old files. */
function requireNoFolders(folder: string, fresh: string, made: readonly string[]): void {
  const isFolder = (path: string): boolean =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const taken = made.find((name) => isFolder(join(folder, name)) && !isFolder(join(fresh, name)));
  if (taken === undefined) return;
  throw explainFileError(Object.assign(new Error(), { code: 'EISDIR' }), 'write', join(folder, taken));
}
