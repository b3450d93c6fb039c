import { createHash } from 'node:crypto';
import { fileSha256 } from '@radweave/native/sha256';
import { explainFileError } from './files/explain.ts';

/** Identity of what a stage read or left. */
export interface Fingerprint {
  readonly path: string;
  /** `part`: only what the stage reads of the file or folder, such as one modality's hashes in `summary.json`. */
  readonly kind: 'file' | 'folder' | 'part';
  /** SHA-256 (hex): of a file's content; of a folder's names and contents; of the part. */
  readonly sha256: string;
}

/**
 * SHA-256 (hex) of a file's content.
 *
 * @throws DataError `E_FILE_MISSING`; ResourceError for what may not be read, or a disk that fails.
 */
export function hashFile(path: string): string {
  try {
    return fileSha256(path);
  } catch (error) {
    throw explainFileError(error, 'read', path);
  }
}

/** Hashes the numbers of a table, row by row. The names of patients are left out, as a copy may have pseudonyms. */
export class NumbersHash {
  private readonly hash = createHash('sha256');
  private between = '[';

  add(row: object): void {
    const numbers = Object.values(row)
      .flat()
      .filter((cell) => typeof cell === 'number');
    this.hash.update(this.between + JSON.stringify(numbers));
    this.between = ',';
  }

  /** SHA-256 (hex) of at least one row. */
  digest(): string {
    return this.hash.update(']').digest('hex');
  }
}

/** SHA-256 (hex) of a plain value, as JSON has it. */
export function hashValue(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
