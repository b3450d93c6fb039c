import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointError } from './errors.ts';

/** Bytes per system call: small enough to stay in cache for the check sum. */
const CHUNK = 16 * 1024 * 1024;

function unreadable(path: string, what: string, cause: unknown): CheckpointError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CheckpointError(path, `${what} (${reason})`, { cause });
}

/** A file read by position, so that one of several GB never has to be in one buffer. */
export class FileReader {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  /** Opens `path`, hands it to `body` and closes it again. @throws CheckpointError when it is not a file. */
  static async use<T>(path: string, body: (file: FileReader) => Promise<T>): Promise<T> {
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw unreadable(path, 'cannot be opened', cause);
    });
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new CheckpointError(path, 'is not a file. Name the file itself');
      return await body(new FileReader(path, stat.size, handle));
    } finally {
      await handle.close();
    }
  }

  /**
   * Reads `length` bytes from `position` into new memory.
   *
   * @param onChunk sees every piece as it arrives (for check sums).
   * @throws CheckpointError when the file ends before, or the memory cannot be had.
   */
  async read(position: number, length: number, onChunk?: (chunk: Uint8Array) => void): Promise<Uint8Array> {
    if (position < 0 || length < 0 || position + length > this.size) {
      throw new CheckpointError(
        this.path,
        `is cut off or damaged: bytes ${position} to ${position + length} are needed, it has ${this.size}. ` +
          'Copy or download it again',
      );
    }
    const bytes = this.allocate(length);
    let filled = 0;
    while (filled < length) {
      const wanted = Math.min(CHUNK, length - filled);
      const { bytesRead } = await this.#handle
        .read(bytes, filled, wanted, position + filled)
        .catch((cause: unknown) => {
          throw unreadable(this.path, 'cannot be read', cause);
        });
      if (bytesRead === 0) throw new CheckpointError(this.path, 'became shorter while it was read');
      onChunk?.(bytes.subarray(filled, filled + bytesRead));
      filled += bytesRead;
    }
    return bytes;
  }

  /** New memory. @throws CheckpointError when this Node.js cannot give so much in one piece. */
  allocate(length: number): Uint8Array {
    try {
      return new Uint8Array(length);
    } catch (cause) {
      const problem = `has a record of ${length} bytes, more than this Node.js can hold in one piece`;
      throw new CheckpointError(this.path, `${problem}; use Node.js 22 or newer, or more memory`, { cause });
    }
  }
}
