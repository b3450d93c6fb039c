import { ImageFault } from '../fault.ts';

/** One PNG filter undone: `count` bytes of `raw` at `from` become `out` at `to`, `step` bytes per pixel. */
type Unfilter = (
  raw: Uint8Array,
  from: number,
  above: Uint8Array,
  up: number,
  out: Uint8Array,
  to: number,
  count: number,
  step: number,
) => void;

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

const average: Unfilter = (raw, from, above, up, out, to, count, step) => {
  for (let lane = 0; lane < step; lane++) {
    let left = 0;
    for (let i = lane; i < count; i += step) {
      left = ((raw[from + i] as number) + ((left + (above[up + i] as number)) >> 1)) & 255;
      out[to + i] = left;
    }
  }
};

/** Without branches: which neighbour predicts best is unpredictable, and mispredictions cost twice the work. */
const paeth: Unfilter = (raw, from, above, up, out, to, count, step) => {
  for (let lane = 0; lane < step; lane++) {
    let a = 0;
    let c = 0;
    for (let i = lane; i < count; i += step) {
      const b = above[up + i] as number;
      const fromA = b - c;
      const fromB = a - c;
      const fromC = fromA + fromB;
      const costA = (fromA ^ (fromA >> 31)) - (fromA >> 31);
      const costB = (fromB ^ (fromB >> 31)) - (fromB >> 31);
      const costC = (fromC ^ (fromC >> 31)) - (fromC >> 31);
      const pickC = (costC - costB) >> 31;
      const best = b ^ ((b ^ c) & pickC);
      const costBest = costB ^ ((costB ^ costC) & pickC);
      const pickBest = (costBest - costA) >> 31;
      a = ((a ^ ((a ^ best) & pickBest)) + (raw[from + i] as number)) & 255;
      out[to + i] = a;
      c = b;
    }
  }
};

const FILTERS: readonly Unfilter[] = [none, sub, upward, average, paeth];

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
  for (let row = 0; row < rows; row++) {
    const from = offset + row * (rowBytes + 1);
    const undo = FILTERS[raw[from] as number];
    if (undo === undefined) {
      throw new ImageFault({
        code: 'CORRUPT',
        text: `row ${row} names PNG filter ${raw[from]}, which does not exist`,
        place,
        remedy: 'Export the image again',
      });
    }
    const to = row * rowBytes;
    // The row above the first one counts as zero.
    const up = row === 0 ? 0 : to - rowBytes;
    const above = row === 0 ? new Uint8Array(rowBytes) : out;
    undo(raw, from + 1, above, up, out, to, rowBytes, step);
  }
  return out;
}
