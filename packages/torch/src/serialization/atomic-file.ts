import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renameGuarded } from '@radweave/native/rename';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';

/** One write call takes less than 2 GiB on every platform. */
const CHUNK = 64 * 1024 * 1024;

/** Bytes after which the disk begins to write while more is computed: at the end it is left with little. */
const FLUSHED_AT_ONCE = 16 * 1024 * 1024;

/** Appends bytes to a file that is being written and counts them. */
export class FileWriter {
  /** Bytes written so far, which is where the next go. */
  position = 0;
  readonly #handle: FileHandle;
  #unflushed = 0;
  /** Never rejects. */
  #flushing: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Waits until all that was written is on the disk. @throws what any flush before threw: the system tells it once. */
  async flush(): Promise<void> {
    await this.settle();
    if (this.#failure !== null) throw this.#failure.error;
    await this.#handle.sync();
  }

  /** Waits for the flush under way: the file must not be closed before. */
  async settle(): Promise<void> {
    await this.#flushing;
  }

  /** Writes all of `bytes` without copying them. */
  async write(bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.byteLength) {
      const length = Math.min(CHUNK, bytes.byteLength - done);
      const { bytesWritten } = await this.#handle.write(bytes, done, length, this.position);
      done += bytesWritten;
      this.position += bytesWritten;
      this.#unflushed += bytesWritten;
      if (this.#unflushed >= FLUSHED_AT_ONCE) this.#flushBeside();
    }
  }

  #flushBeside(): void {
    if (this.#flushing !== null) return;
    this.#unflushed = 0;
    this.#flushing = this.#handle
      .datasync()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#flushing = null;
      });
  }
}

/** Where a file is written before it gets the name `path`: in the same folder, from which what killed processes left goes. */
export function temporaryBeside(path: string): string {
  sweepLeftovers(dirname(path));
  return temporaryName(path, 'tmp');
}

/** Writes a new file and flushes it to disk. When `body` throws, the file is removed. */
export async function writeFlushed(path: string, body: (out: FileWriter) => Promise<void>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    const out = new FileWriter(handle);
    try {
      await body(out);
      await out.flush();
    } finally {
      await out.settle();
      await handle.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Gives a flushed file its name, which then holds all of it. Removes the file when that fails. */
export async function publish(temporary: string, path: string): Promise<void> {
  try {
    renameGuarded(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a file so that `path` holds either the old content or all of the new. When `body` throws, nothing is left behind and
 * `path` is untouched.
 */
export async function writeAtomically(path: string, body: (out: FileWriter) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(path);
  await writeFlushed(temporary, body);
  await publish(temporary, path);
}
