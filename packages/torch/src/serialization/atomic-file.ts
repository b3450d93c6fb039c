import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** One write call takes less than 2 GiB on every platform. */
const CHUNK = 64 * 1024 * 1024;

/** Appends bytes to a file that is being written and counts them. */
export class FileWriter {
  /** Bytes written so far, which is where the next go. */
  position = 0;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Writes all of `bytes` without copying them. */
  async write(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.byteLength) {
      const length = Math.min(CHUNK, bytes.byteLength - done);
      const { bytesWritten } = await this.#handle.write(bytes, done, length, this.position);
      done += bytesWritten;
      this.position += bytesWritten;
    }
  }
}

/**
 * Writes a file so that `path` holds either the old content or all of the new: a temporary file in the same
 * folder, flushed to disk, then renamed. When `body` throws, the temporary file is removed and `path` untouched.
 */
export async function writeAtomically(path: string, body: (out: FileWriter) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx');
  try {
    try {
      await body(new FileWriter(handle));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
