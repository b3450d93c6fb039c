import { expect, test } from 'vitest';
import type { Slice } from '../series/stack.ts';
import { grayOf } from '../values/window.ts';
import { GrayMaker } from './gray-table.ts';

test.each([
  [Uint16Array, 'MONOCHROME2'],
  [Int16Array, 'MONOCHROME2'],
  [Int16Array, 'MONOCHROME1'],
])('gray by a table is gray by computing: %o, %s', (Type, photometric) => {
  const samples = new Type(Array.from({ length: 70_000 }, (_, i) => i * 7919));
  const range = { low: -160, high: 240 };
  for (const bits of [8, 16] as const) {
    const maker = new GrayMaker(range, bits);
    // Slope and intercept of each slice count, and padding stays black.
    for (const slope of [1, 0.01, 1]) {
      const valuesOf = (all: ArrayLike<number>) =>
        Float32Array.from(all, (one) => (one === 5 ? Number.NaN : one * slope - 30));
      const about = { slice: {} as Slice, photometric, syntax: '', unit: 'HU', key: String(slope) };
      const expected = grayOf(valuesOf(samples), range, { bits, inverted: photometric === 'MONOCHROME1' });
      expect(maker.grayOf({ ...about, samples, valuesOf })).toEqual(expected);
    }
  }
});
