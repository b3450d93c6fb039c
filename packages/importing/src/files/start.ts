import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { explainFileError } from '@radweave/artifacts/files/explain';
import type { Scratch } from '@radweave/imaging';
import { FileFault } from './fault.ts';

/** What one file may hold: a larger one would not fit into memory with others. */
export const MOST_BYTES: number = 2 ** 31 - 1;

export interface FileStart {
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
}

/**
 * Reads the first bytes of a file, `most` of them or as many as there are.
 *
 * @param memory Where they are put, and stay until it is used again; default: memory of their own.
 * @throws FileFault when the file is too large.
 */
export function readStart(path: string, most: number = MOST_BYTES, memory?: Scratch): FileStart {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const { size } = fstatSync(handle);
    if (size > MOST_BYTES) throw new FileFault('the file is larger than 2 GiB');
    const wanted = Math.min(size, most);
    const bytes = memory?.take(wanted) ?? new Uint8Array(wanted);
    // One call may give less than there is, as network folders do.
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count) {
      count = readSync(handle, bytes, length, bytes.length - length, length);
    }
    return { bytes: bytes.subarray(0, length), size };
  } catch (error) {
    throw explainFileError(error, 'read', path);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
