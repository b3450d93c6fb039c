import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { unfilter } from './unfilter.ts';

/** The filters as PNG's specification states them (section 9.2), byte by byte. */
function plainly(raw: Uint8Array, rows: number, rowBytes: number, step: number): Uint8Array {
  const out = new Uint8Array(rows * rowBytes);
  const at = (row: number, i: number): number => (row < 0 || i < 0 ? 0 : (out[row * rowBytes + i] as number));
  for (let row = 0; row < rows; row++) {
    const from = row * (rowBytes + 1);
    for (let i = 0; i < rowBytes; i++) {
      const a = at(row, i - step);
      const b = at(row - 1, i);
      const c = at(row - 1, i - step);
      const predicted = [0, a, b, Math.floor((a + b) / 2), paeth(a, b, c)][raw[from] as number] as number;
      out[row * rowBytes + i] = (raw[from + 1 + i] as number) + predicted;
    }
  }
  return out;
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [costA, costB, costC] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  if (costA <= costB && costA <= costC) return a;
  return costB <= costC ? b : c;
}

/** Bytes without a pattern, the same on every run: a linear congruential generator. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

test.each([
  { rows: 1, pixels: 1 },
  { rows: 2, pixels: 1 },
  { rows: 3, pixels: 2 },
  { rows: 64, pixels: 3 },
  { rows: 300, pixels: 37 },
  // More than is undone at once, and rows too long for being undone together.
  { rows: 50, pixels: 4001 },
  { rows: 2, pixels: 65_536 },
])('rows of any filters in any order are undone: $rows rows of $pixels pixels', ({ rows, pixels }) => {
  for (const step of [1, 2, 3, 4, 6, 8]) {
    for (const filters of [[0, 1, 2, 3, 4], [4], [3, 4, 4], [0, 4, 4, 4]]) {
      const rowBytes = pixels * step;
      const raw = noise(rows * (rowBytes + 1), step);
      const order = noise(rows, pixels);
      for (let row = 0; row < rows; row++) {
        raw[row * (rowBytes + 1)] = filters[(order[row] as number) % filters.length] as number;
      }
      const expected = plainly(raw, rows, rowBytes, step);
      expect(Buffer.compare(unfilter(raw, 0, rows, rowBytes, step, 'here'), expected)).toBe(0);
    }
  }
});

test('every predictor of Paeth is as specified', () => {
  // Two rows, the upper unfiltered with c and b, the lower with a and, because nothing is added, the predictor.
  const rows: number[] = [];
  const expected: number[] = [];
  for (let toA = -255; toA <= 255; toA++) {
    for (let toB = -255; toB <= 255; toB++) {
      const c = Math.max(0, -toA, -toB);
      const a = c + toA;
      const b = c + toB;
      if (a > 255 || b > 255) continue;
      rows.push(0, c, b, 4, a - c, 0);
      expected.push(c, b, a, paeth(a, b, c));
    }
  }
  const out = unfilter(Uint8Array.from(rows), 0, rows.length / 3, 2, 1, 'here');
  expect(Buffer.compare(out, Uint8Array.from(expected))).toBe(0);
});

test('an unknown filter after Paeth rows is named with its row', () => {
  const raw = Uint8Array.from([4, 1, 4, 1, 4, 1, 9, 1]);
  expect(() => unfilter(raw, 0, 4, 1, 1, 'here')).toThrow(/row 3 names PNG filter 9/);
});

test('pixels are the same where there is no WebAssembly', () => {
  const entry = new URL('../../dist/index.js', import.meta.url).href;
  const source = `
    const { decodeSlice, encodePng } = await import(${JSON.stringify(entry)});
    const pixels = Uint8Array.from({ length: 31 * 17 }, (_, i) => (i * 37) % 251);
    const slice = decodeSlice(encodePng({ width: 31, height: 17, pixels }), 'here');
    console.log(typeof WebAssembly, Buffer.compare(slice.pixels, pixels), slice.min, slice.max);`;
  const args = ['--jitless', '--input-type=module', '-e', source];
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(done).toMatchObject({ status: 0, stdout: 'undefined 0 0 250\n' });
});
