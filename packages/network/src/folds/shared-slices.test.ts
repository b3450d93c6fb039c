import type { SliceRow } from '@radweave/study/cohort/slice-table';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { expect, test } from 'vitest';
import type { SlicePixels } from '../slices/slice-pixels.ts';
import { joined } from './shared-slices.ts';

/** Slices of 1 × 2 pixels: the second of each is one more than the first. */
function part(firsts: readonly number[], bitDepth: 8 | 16): { table: SliceTable; pixels: SlicePixels } {
  const rows = firsts.map((value): SliceRow => ({ path: `${value}`, label: 0, patient: 'x', hospital: 'H' }));
  const read = (positions: ArrayLike<number>): Uint8Array | Uint16Array => {
    const values = Array.from(positions, (position) => firsts[position] ?? Number.NaN);
    const all = values.flatMap((value) => [value, value + 1]);
    return bitDepth === 8 ? Uint8Array.from(all) : Uint16Array.from(all);
  };
  return { table: new SliceTable(rows), pixels: { width: 2, height: 1, bitDepth, read } };
}

test('slices of several stores are read in the order asked for, 8 bits widened beside 16 and not else', () => {
  const plain = joined([part([10, 20], 8), part([], 8), part([30], 8)]);
  expect(plain).toMatchObject({ width: 2, height: 1, bitDepth: 8 });
  expect(plain.read([2, 0, 2, 1])).toEqual(Uint8Array.of(30, 31, 10, 11, 30, 31, 20, 21));
  const mixed = joined([part([10], 8), part([3000], 16)]);
  expect(mixed.bitDepth).toBe(16);
  expect(mixed.read([1, 0])).toEqual(Uint16Array.of(3000, 3001, 10 * 257, 11 * 257));
  // The network sees the same numbers either way.
  for (let value = 0; value < 256; value++) {
    expect(Math.fround((257 * value) / 65535)).toBe(Math.fround(value / 255));
  }
});
