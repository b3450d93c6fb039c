import { createHash } from 'node:crypto';
import { toldSlice } from './slice-path.ts';

/** A slice of a split file, with what its image shows. */
export interface HashedSlice {
  readonly path: string;
  readonly hospital: string;
  readonly label: number;
  /** SHA-256 (hex) of the decoded pixels. */
  readonly pixels: string;
}

/**
 * Identity of the slices of one split and modality: SHA-256 (hex) over a line for each slice, in the order of the split
 * file, of its place below the data root, its label and its pixels. The same data in another folder, or encoded otherwise,
 * have the same hash; names are compared in Unicode form NFC because macOS hands out NFD.
 */
export function slicesHash(slices: readonly HashedSlice[]): string {
  const hash = createHash('sha256');
  for (const { path, hospital, label, pixels } of slices) {
    hash.update(`${JSON.stringify([toldSlice(path, hospital).normalize('NFC'), label, pixels])}\n`);
  }
  return hash.digest('hex');
}
