import type { GrayImage } from './slice.ts';

const COLUMNS = 9;
const ROWS = 8;

/**
 * 64-bit difference hash as 16 hex digits: the slice is averaged to 9×8 cells, each bit tells whether a
 * cell is brighter than its right neighbour (N. Krawetz, "Kind of like that", 2013). Copies that were
 * resized, re-encoded or changed in brightness differ in a few bits.
 * Constant slices all hash to zero.
 */
export function perceptualHash(image: GrayImage): string {
  const { width, height, pixels } = image;
  const means = new Float64Array(COLUMNS * ROWS);
  for (let row = 0; row < ROWS; row++) {
    const [top, bottom] = cell(row, ROWS, height);
    for (let column = 0; column < COLUMNS; column++) {
      const [left, right] = cell(column, COLUMNS, width);
      let mean = 0;
      for (let y = top; y < bottom; y++) {
        mean += sumBetween(pixels, y * width + left, y * width + right) / (right - left);
      }
      means[row * COLUMNS + column] = mean;
    }
  }
  let digits = '';
  for (let row = 0; row < ROWS; row++) {
    let bits = 0;
    for (let column = 0; column + 1 < COLUMNS; column++) {
      const at = row * COLUMNS + column;
      bits = bits * 2 + ((means[at] as number) > (means[at + 1] as number) ? 1 : 0);
    }
    digits += bits.toString(16).padStart(2, '0');
  }
  return digits;
}

/** Four samples a turn: the turn itself costs more than a sample. */
function sumBetween(samples: Uint8Array | Uint16Array, from: number, to: number): number {
  let sum = 0;
  let i = from;
  for (; i + 3 < to; i += 4) {
    sum +=
      (samples[i] as number) +
      (samples[i + 1] as number) +
      (samples[i + 2] as number) +
      (samples[i + 3] as number);
  }
  for (; i < to; i++) sum += samples[i] as number;
  return sum;
}

/** Pixels [from, to) of cell `index`; never empty, so that images narrower than the grid work too. */
function cell(index: number, cells: number, pixels: number): [from: number, to: number] {
  const from = Math.floor((index * pixels) / cells);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * pixels) / cells))];
}

/** A perceptual hash as two unsigned 32-bit words, high word first. */
export function hashWords(hash: string): [high: number, low: number] {
  if (!/^[0-9a-f]{16}$/.test(hash)) throw new TypeError(`a perceptual hash has 16 hex digits, not "${hash}"`);
  return [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)];
}

/** Ones in a 32-bit word. */
export function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
