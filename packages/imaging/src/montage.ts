import type { GrayImage } from './slice.ts';

/**
 * Lays slices out in a grid, row by row, as one 8-bit gray image; smaller slices sit at the top left of their
 * cell, free space is black. 16-bit slices are scaled so that the brightest of all of them is white.
 */
export function montage(slices: readonly GrayImage[], columns: number): GrayImage & { bitDepth: 8 } {
  if (slices.length === 0) throw new RangeError('a montage needs at least one slice');
  if (!Number.isInteger(columns) || columns < 1)
    throw new RangeError(`a montage cannot have ${columns} columns`);
  const across = Math.min(columns, slices.length);
  const cellWidth = slices.reduce((most, slice) => Math.max(most, slice.width), 0);
  const cellHeight = slices.reduce((most, slice) => Math.max(most, slice.height), 0);
  const width = across * cellWidth;
  const height = Math.ceil(slices.length / across) * cellHeight;
  const pixels = new Uint8Array(width * height);
  const scale16 = 255 / brightest16(slices);
  for (const [i, slice] of slices.entries()) {
    const corner = Math.floor(i / across) * cellHeight * width + (i % across) * cellWidth;
    const scale = slice.bitDepth === 16 ? scale16 : 1;
    for (let y = 0; y < slice.height; y++) {
      for (let x = 0; x < slice.width; x++) {
        pixels[corner + y * width + x] = Math.round((slice.pixels[y * slice.width + x] as number) * scale);
      }
    }
  }
  return { width, height, bitDepth: 8, pixels };
}

function brightest16(slices: readonly GrayImage[]): number {
  let brightest = 1;
  for (const { bitDepth, pixels } of slices) {
    if (bitDepth === 16) for (const value of pixels) brightest = Math.max(brightest, value);
  }
  return brightest;
}
