import { corrupt } from '../fault.ts';
import type { Scratch } from '../scratch.ts';
import { predict } from './paeth.ts';
import { undoTogether } from './wavefront.ts';

/** What PNG's filters add to a byte, by the bytes to the left, above, and above to the left. */
const PREDICTORS: readonly ((a: number, b: number, c: number) => number)[] = [
  () => 0,
  (a) => a,
  (_, b) => b,
  (a, b) => (a + b) >> 1,
  predict,
];

/**
 * Undoes the row filters of one PNG pass (PNG specification, section 9).
 *
 * @param raw the inflated stream; rows of one filter byte and `rowBytes` data bytes start at `offset`.
 * @param step bytes per pixel, at least 1.
 * @param memory where the result may lie; default: memory of its own.
 * @returns `rows` × `rowBytes` bytes without the filter bytes.
 */
export function unfilter(
  raw: Uint8Array,
  offset: number,
  rows: number,
  rowBytes: number,
  step: number,
  where: string,
  memory?: Scratch,
): Uint8Array {
  for (let row = 0; row < rows; row++) {
    const filter = raw[offset + row * (rowBytes + 1)] as number;
    if (filter >= PREDICTORS.length) {
      throw corrupt(`row ${row} names PNG filter ${filter}, which does not exist`, where);
    }
  }
  const length = rows * rowBytes;
  const out = memory?.take(length) ?? new Uint8Array(length);
  if (!undoTogether(raw, offset, rows, rowBytes, step, out)) undoPlainly(raw, offset, rowBytes, step, out);
  return out;
}

/** Byte by byte, wherever and however long the rows. */
function undoPlainly(raw: Uint8Array, offset: number, rowBytes: number, step: number, out: Uint8Array): void {
  for (let to = 0, from = offset; to < out.length; from++) {
    const predictor = PREDICTORS[raw[from] as number] as (a: number, b: number, c: number) => number;
    const up = to - rowBytes;
    for (let i = 0; i < rowBytes; i++, to++) {
      const a = i < step ? 0 : (out[to - step] as number);
      const b = up < 0 ? 0 : (out[up + i] as number);
      const c = i < step || up < 0 ? 0 : (out[up + i - step] as number);
      out[to] = (raw[++from] as number) + predictor(a, b, c);
    }
  }
}
