import type { SliceTable } from '@radweave/study/cohort/slice-table';

/** Decoded slices of one split: grayscale, all of one size and bit depth. */
export interface SlicePixels {
  readonly height: number;
  readonly width: number;
  readonly bitDepth: 8 | 16;
  /** Copies slices (positions in the split's table) one after the other into a new array. */
  read(positions: ArrayLike<number>): Uint8Array | Uint16Array;
}

/** One split in memory: its table and its pixels. */
export interface SliceSet {
  table: SliceTable;
  pixels: SlicePixels;
}
