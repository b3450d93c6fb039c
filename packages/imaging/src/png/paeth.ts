import type { Unfilter } from './filter.ts';

/**
 * Undoing the Paeth filter is bound by latency: every byte waits for the one to its left. So the predictor is
 * looked up, which takes fewer steps one after another than computing it (branches are out: which neighbour
 * predicts best is unpredictable). And where two such rows follow each other, both are undone at once: one
 * works while the other waits.
 */

/** Differences of bytes, −255…255, are counted from here in an index of the table, with this many bits each. */
const MIDDLE = 256;
const BITS = 9;

/** See {@link moves}. */
let table: Uint8Array | undefined;

/**
 * How far the predictor (PNG specification, section 9.4) is from c, modulo 256, for every b − c and a − c: on
 * these alone it depends which of a, b and c is nearest to a + b − c.
 */
function moves(): Uint8Array {
  table ??= makeMoves();
  return table;
}

/**
 * Row by row of equal b − c. As a − c grows along a row, the nearest is a, then c, b, and a again (if b is below
 * c: a, b, c, a). Filling these ranges takes half a millisecond, deciding entry by entry six: short scans would
 * notice.
 */
function makeMoves(): Uint8Array {
  const out = new Uint8Array(1 << (2 * BITS));
  const toA = Uint8Array.from({ length: 2 * MIDDLE - 1 }, (_, i) => i + 1 - MIDDLE);
  for (let toB = 1 - MIDDLE; toB < MIDDLE; toB++) {
    const row = out.subarray((toB + MIDDLE) << BITS, (toB + MIDDLE + 1) << BITS);
    row.set(toA, 1);
    const far = Math.max(0, MIDDLE - 2 * toB);
    const half = MIDDLE - Math.trunc(toB / 2);
    const near = MIDDLE + toB;
    if (toB > 0) row.fill(0, far + 1, half).fill(toB, half, near);
    else row.fill(toB, near + 1, half + 1).fill(0, half + 1, far);
  }
  return out;
}

/** The byte that was filtered to `filtered`. Grouped so that only the last steps wait for `a`. */
const restore = (move: Uint8Array, a: number, b: number, c: number, filtered: number): number =>
  ((move[a + (((b - c + MIDDLE) << BITS) + MIDDLE - c)] as number) + (c + filtered)) & 255;

/** Undoes one row. */
export const paeth: Unfilter = (raw, from, above, up, out, to, count, step) => {
  const move = moves();
  for (let lane = 0; lane < step; lane++) {
    let a = 0;
    let c = 0;
    for (let i = lane; i < count; i += step) {
      const b = above[up + i] as number;
      a = restore(move, a, b, c, raw[from + i] as number);
      out[to + i] = a;
      c = b;
    }
  }
};

/** Undoes two rows, both Paeth, the lower one a pixel behind the upper. */
export const paethPair: Unfilter = (raw, from, above, up, out, to, count, step) => {
  const move = moves();
  // Where the lower row's pixel is when the upper row is at 0.
  const lowerFrom = from + count + 1 - step;
  const lowerTo = to + count - step;
  for (let lane = 0; lane < step; lane++) {
    let c = above[up + lane] as number;
    let upper = restore(move, 0, c, 0, raw[from + lane] as number);
    out[to + lane] = upper;
    let lower = 0;
    let corner = 0;
    let i = lane + step;
    for (; i < count; i += step) {
      const b = above[up + i] as number;
      const restored = restore(move, upper, b, c, raw[from + i] as number);
      lower = restore(move, lower, upper, corner, raw[lowerFrom + i] as number);
      out[to + i] = restored;
      out[lowerTo + i] = lower;
      corner = upper;
      upper = restored;
      c = b;
    }
    out[lowerTo + i] = restore(move, lower, upper, corner, raw[lowerFrom + i] as number);
  }
};
