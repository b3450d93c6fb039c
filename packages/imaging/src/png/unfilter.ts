import { ImageFault } from '../fault.ts';
import type { Unfilter } from './filter.ts';
import { paeth, paethPair } from './paeth.ts';

const none: Unfilter = (raw, from, _above, _up, out, to, count) => {
  out.set(raw.subarray(from, from + count), to);
};

// Each byte of a pixel is a lane of its own, so that the value to the left stays in a register.
const sub: Unfilter = (raw, from, _above, _up, out, to, count, step) => {
  for (let lane = 0; lane < step; lane++) {
    let left = 0;
    for (let i = lane; i < count; i += step) {
      left = (left + (raw[from + i] as number)) & 255;
      out[to + i] = left;
    }
  }
};

const upward: Unfilter = (raw, from, above, up, out, to, count) => {
  for (let i = 0; i < count; i++) out[to + i] = (raw[from + i] as number) + (above[up + i] as number);
};

// Two pixels a turn: the turn itself costs about as much as a pixel.
const average: Unfilter = (raw, from, above, up, out, to, count, step) => {
  for (let lane = 0; lane < step; lane++) {
    let left = 0;
    let i = lane;
    for (; i + step < count; i += 2 * step) {
      const j = i + step;
      const first = ((raw[from + i] as number) + ((left + (above[up + i] as number)) >> 1)) & 255;
      left = ((raw[from + j] as number) + ((first + (above[up + j] as number)) >> 1)) & 255;
      out[to + i] = first;
      out[to + j] = left;
    }
    if (i < count) out[to + i] = (raw[from + i] as number) + ((left + (above[up + i] as number)) >> 1);
  }
};

const FILTERS: readonly Unfilter[] = [none, sub, upward, average, paeth];
const PAETH = 4;

/**
 * Undoes the row filters of one PNG pass (PNG specification, section 9).
 *
 * @param raw the inflated stream; rows of one filter byte and `rowBytes` data bytes start at `offset`.
 * @param step bytes per pixel, at least 1.
 * @returns `rows` × `rowBytes` bytes without the filter bytes.
 */
export function unfilter(
  raw: Uint8Array,
  offset: number,
  rows: number,
  rowBytes: number,
  step: number,
  place: string,
): Uint8Array {
  const out = new Uint8Array(rows * rowBytes);
  // The row above the first one counts as zero.
  const zero = new Uint8Array(rowBytes);
  const stride = rowBytes + 1;
  for (let row = 0; row < rows; ) {
    const from = offset + row * stride;
    const filter = raw[from] as number;
    const isPair = filter === PAETH && row + 1 < rows && raw[from + stride] === PAETH;
    const undo = isPair ? paethPair : FILTERS[filter];
    if (undo === undefined) {
      throw new ImageFault({
        code: 'CORRUPT',
        text: `row ${row} names PNG filter ${filter}, which does not exist`,
        place,
        remedy: 'Export the image again',
      });
    }
    const to = row * rowBytes;
    if (row === 0) undo(raw, from + 1, zero, 0, out, to, rowBytes, step);
    else undo(raw, from + 1, out, to - rowBytes, out, to, rowBytes, step);
    row += isPair ? 2 : 1;
  }
  return out;
}
