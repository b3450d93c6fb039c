import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ImageFault } from './fault.ts';
import { Scratch } from './scratch.ts';

/** A file larger than this is not a slice; reading it would only fill the memory. */
const MAX_FILE_BYTES = 1 << 29;

const scratch = new Scratch();

/**
 * Reads a slice's file, or its first `limit` bytes.
 *
 * @returns the bytes, valid until the next call: decode them, or copy them.
 * @throws ImageFault `UNREADABLE` (missing, a folder, no permission, a loop of links) or `TOO_LARGE`; the error itself
 *   where the machine failed and not the file.
 */
export function readSliceFile(path: string, limit: number = Number.POSITIVE_INFINITY): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) throw unreadable(path, stat.isDirectory() ? 'it is a folder' : 'it is not a file');
      const length = Math.min(stat.size, limit);
      if (length > MAX_FILE_BYTES) throw tooLarge(path, length);
      const bytes = scratch.take(length);
      let got = 0;
      while (got < length) {
        const count = readSync(file, bytes, got, length - got, got);
        if (count === 0) break;
        got += count;
      }
      return bytes.subarray(0, got);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ImageFault) throw error;
    // Node.js names the file only where opening it fails.
    throw isOfTheMachine(error) ? Object.assign(error, { path }) : readFault(path, error);
  }
}

/** A failing disk, a network folder that went away, too many open files: whoever left the slice out would lose a good one. */
const OF_THE_MACHINE =
  'EIO ESTALE EREMOTEIO ENOLINK EUCLEAN EBADMSG ENOTCONN EHOSTDOWN EHOSTUNREACH ETIMEDOUT EMFILE ENFILE ENOMEM'.split(
    ' ',
  );

function isOfTheMachine(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && OF_THE_MACHINE.includes(String(error.code));
}

export function readFault(path: string, error: unknown): ImageFault {
  // A name in another encoding comes from the system with this character, and leads nowhere.
  if (path.includes('\ufffd')) return unreadable(path, 'its name is not UTF-8: rename it');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return unreadable(path, REASONS.get(code) ?? (error instanceof Error ? error.message : String(error)));
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'a folder above it is a file'],
  ['EACCES', 'there is no permission'],
  ['EPERM', 'there is no permission'],
  ['ELOOP', 'symbolic links form a loop'],
  ['ENAMETOOLONG', 'its name is too long for the file system'],
]);

const unreadable = (where: string, reason: string): ImageFault =>
  new ImageFault(
    'UNREADABLE',
    `the file cannot be read (${reason})`,
    where,
    'Check that it exists, is a file and may be read',
  );

const tooLarge = (where: string, bytes: number): ImageFault =>
  new ImageFault(
    'TOO_LARGE',
    `the file has ${bytes} bytes; at most ${MAX_FILE_BYTES} are read`,
    where,
    'Check that it really is one slice',
  );
