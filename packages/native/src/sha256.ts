import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** Of one file at a time: memory of its own for each of a study's thousands of small files would take longer than to hash them. */
const PIECE = Buffer.allocUnsafeSlow(1 << 20);

/** SHA-256 (hex) of a file, read in pieces: a checkpoint or a wheel may be larger than memory. */
export function fileSha256(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (let bytes = readSync(file, PIECE); bytes > 0; bytes = readSync(file, PIECE)) {
      hash.update(PIECE.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
