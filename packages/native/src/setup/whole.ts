import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { renameWithRetry } from '../rename.ts';
import { sweepLeftovers, temporaryName } from '../temporary.ts';
import { SetupError } from './errors.ts';

/** What to do about a full disk. */
export const MAKE_ROOM = 'Make room, or name another folder by RADWEAVE_CACHE';

/**
 * Fills a folder of the cache, whole or not at all: beside its place first, as a rename is only atomic within one file system. Of
 * two set-ups at the same time both do the work, and what the first one made stays.
 *
 * @param isWhole whether the folder has all of its parts.
 * @throws SetupError when the disk is full.
 */
export function fillFolder(target: string, fill: (staged: string) => void, isWhole: () => boolean): void {
  mkdirSync(dirname(target), { recursive: true });
  sweepLeftovers(dirname(target));
  const staged = temporaryName(target, 'tmp');
  mkdirSync(staged);
  try {
    fill(staged);
    moveInto(staged, target, isWhole);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    throw new SetupError(`The disk of ${dirname(target)} is full. ${MAKE_ROOM}`, { cause: error });
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
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

/** Writes a file whole or not at all, with its folder. */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  sweepLeftovers(dirname(path));
  const temporary = temporaryName(path, 'tmp');
  const file = openSync(temporary, 'w');
  writeFileSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameWithRetry(temporary, path);
}
