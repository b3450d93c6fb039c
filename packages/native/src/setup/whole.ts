import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { renameWithRetry } from '../rename.ts';
import { sweepLeftovers, temporaryName } from '../temporary.ts';
import { SetupError } from './errors.ts';

/** What to do about a full disk. */
export const MAKE_ROOM = 'Free some space, or set RADWEAVE_CACHE to another folder';

/** What the user is told of a fault of the disk of `folder`; any other error comes back as it is. */
function explained(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const told = (what: string): SetupError => new SetupError(what, { cause: error });
  if (['ENOSPC', 'EDQUOT'].includes(code)) return told(`The disk of ${folder} is full. ${MAKE_ROOM}`);
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return told(
      `${folder} is not writable. Correct its permissions, or set RADWEAVE_CACHE to another folder`,
    );
  }
  if (code === 'EIO')
    return told(`The disk of ${folder} failed (EIO). Check it, then run radweave setup again`);
  return error;
}

/** Makes what `target` becomes, under a name beside it that nobody else has. @throws SetupError for a fault of the disk. */
function makeBeside(target: string, make: (temporary: string) => void): void {
  const folder = dirname(target);
  const temporary = temporaryName(target, 'tmp');
  try {
    mkdirSync(folder, { recursive: true });
    sweepLeftovers(folder);
    make(temporary);
  } catch (error) {
    throw explained(error, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Fills a folder of the cache, whole or not at all: beside its place first, as a rename is only atomic within one file system. Of
 * two set-ups at the same time both do the work, and what the first one made stays.
 *
 * @param isWhole whether the folder has all of its parts.
 * @throws SetupError when the disk is full, fails, or is not writable.
 */
export function fillFolder(target: string, fill: (staged: string) => void, isWhole: () => boolean): void {
  makeBeside(target, (staged) => {
    mkdirSync(staged);
    fill(staged);
    moveInto(staged, target, isWhole);
  });
}

function moveInto(staged: string, target: string, isWhole: () => boolean): void {
  try {
    renameWithRetry(staged, target);
  } catch {
    // Another set-up was first, or somebody deleted a part.
    if (!isWhole()) replace(staged, target);
  }
}

export function replace(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  renameWithRetry(from, to);
}

/** Writes a file whole or not at all, with its folder. @throws SetupError as {@link fillFolder}. */
export function writeWhole(path: string, text: string): void {
  makeBeside(path, (temporary) => {
    const file = openSync(temporary, 'wx');
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameWithRetry(temporary, path);
  });
}
