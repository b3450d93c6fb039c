import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { explainFileError } from '../files/explain.ts';

/** Bytes that are read at once. */
const PIECE = 1 << 22;
const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Adds rows of numbers to a file that has nothing else: float32 with the low byte first, as all our platforms have them. */
export function appendRows(path: string, rows: Float32Array): void {
  try {
    appendFileSync(path, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  } catch (error) {
    throw explainFileError(error, 'write', path);
  }
}

/** The rows of such a file, in pieces of whole rows. */
export function* readRows(path: string, dims: number): Generator<Float32Array> {
  const most = Math.max(1, Math.floor(PIECE / (BYTES * dims))) * dims;
  try {
    const file = openSync(path, 'r');
    try {
      for (;;) {
        const piece = new Float32Array(most);
        const bytes = new Uint8Array(piece.buffer);
        let [filled, read] = [0, 0];
        do filled += read = readSync(file, bytes, filled, bytes.length - filled, null);
        while (read > 0 && filled < bytes.length);
        yield piece.subarray(0, filled / BYTES);
        if (read === 0) return;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw explainFileError(error, 'read', path);
  }
}
