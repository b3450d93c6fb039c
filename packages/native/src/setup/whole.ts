import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, relative } from 'node:path';
import { renameWithRetry } from '../rename.ts';
import { sweepLeftovers, temporaryName } from '../temporary.ts';
import { SetupError } from './errors.ts';

/** Where else the cache can be. */
const OTHER_CACHE = 'set RADWEAVE_CACHE to another folder';

/** What to do about a full disk. */
export const MAKE_ROOM: string = `Free some space, or ${OTHER_CACHE}`;

/** How package clients, CMake and compilers tell of a full disk. */
const NO_SPACE =
  /No space left on device|not enough space on the disk|Disk quota exceeded|\(os error (28|112|122)\)/i;

/**
 * Does what writes below a folder, also by another program.
 *
 * @param elsewhere how the user takes another folder.
 * @throws SetupError for a fault of the disk; any other error comes as it is.
 */
export function writing<T>(folder: string, action: () => T, elsewhere: string = OTHER_CACHE): T {
  try {
    return action();
  } catch (error) {
    const { code = '', path = folder, syscall } = error as NodeJS.ErrnoException;
    const told = (what: string): SetupError => new SetupError(what, { cause: error });
    if (
      ['ENOSPC', 'EDQUOT'].includes(code) ||
      (error instanceof SetupError && NO_SPACE.test(error.message))
    ) {
      throw told(`The disk of ${folder} is full. Free some space, or ${elsewhere}`);
    }
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
      if (isElsewhere(path, folder)) throw told(`${path} is not readable. Correct its permissions`);
      throw told(`${folder} is not writable. Correct its permissions, or ${elsewhere}`);
    }
    if (code === 'EIO')
      throw told(`The disk of ${folder} failed (EIO). Check it, then run radweave setup again`);
    if (syscall === 'mkdir')
      throw told(`${folder} cannot be made: ${whyNotMade(path, code)}. Correct this, or ${elsewhere}`);
    throw error;
  }
}

function whyNotMade(path: string, code: string): string {
  let there = path;
  while (!existsSync(there)) there = dirname(there);
  return isFolder(there) ? `no folder of that name can be made in ${there} (${code})` : `${there} is a file`;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** Makes a folder and those above it. In /proc, which takes none, Node.js's own way never ends. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another set-up may have been faster.
    if (!isFolder(folder)) throw error;
  }
}

/** Whether neither of two places lies in the other. */
function isElsewhere(a: string, b: string): boolean {
  const isOutside = (way: string): boolean => way.startsWith('..') || isAbsolute(way);
  return isOutside(relative(a, b)) && isOutside(relative(b, a));
}

/** Makes what `target` becomes, under a name beside it that nobody else has. @throws SetupError for a fault of the disk. */
function makeBeside(target: string, make: (temporary: string) => void): void {
  const folder = dirname(target);
  const temporary = temporaryName(target, 'tmp');
  writing(folder, () => makeFolder(folder));
  try {
    writing(folder, () => {
      sweepLeftovers(folder);
      make(temporary);
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Fills a folder of the cache, whole or not at all: beside its place first, as a rename is only atomic within one file system. Of
 * two set-ups at the same time both do the work, and what the first one made stays.
 *
 * @param isWhole whether the target has all of its parts, as the folder that was filled now has them.
 * @throws SetupError when the disk is full, fails, or is not writable.
 */
export function fillFolder(
  target: string,
  fill: (staged: string) => void,
  isWhole: (staged: string) => boolean,
): void {
  makeBeside(target, (staged) => {
    mkdirSync(staged);
    fill(staged);
    moveInto(staged, target, isWhole);
  });
}

function moveInto(staged: string, target: string, isWhole: (staged: string) => boolean): void {
  try {
    renameWithRetry(staged, target);
  } catch {
    // Another set-up was first, or somebody deleted a part.
    if (!isWhole(staged)) replace(staged, target);
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
