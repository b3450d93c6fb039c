import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { grayImage } from '../slice.ts';
import { resizePlainly } from './plain.ts';
import { resizeSlice } from './resize.ts';
import { resizeTogether } from './together.ts';

interface Case {
  readonly bits: 8 | 16;
  readonly from: [number, number];
  readonly to: [number, number];
  readonly input: number[];
  readonly want: number[];
}

const CASES = `
import json
import numpy as np
from PIL import Image
rng = np.random.default_rng(3)
out = []
for bits in (8, 16):
    for w, h in [(50, 40), (31, 77), (2, 3)]:
        for tw, th in [(20, 20), (100, 90), (50, 13), (7, 40), (1, 1)]:
            a = rng.integers(0, 1 << bits, (h, w))
            image = Image.fromarray(a.astype(np.uint8 if bits == 8 else np.float32))
            want = np.asarray(image.resize((tw, th), Image.BILINEAR)).astype(float)
            out.append({'bits': bits, 'from': [w, h], 'to': [tw, th], 'input': a.reshape(-1).tolist(), 'want': want.reshape(-1).tolist()})
print(json.dumps(out))`;

referenceTest('equals PIL: 8 bits exactly, 16 bits to rounding', ['PIL', 'numpy'], () => {
  const cases = pythonJson<Case[]>(CASES);
  expect(cases.length).toBe(30);
  for (const { bits, from, to, input, want } of cases) {
    const pixels = bits === 8 ? Uint8Array.from(input) : Uint16Array.from(input);
    const ours = resizeSlice(grayImage(...from, pixels), ...to);
    expect([ours.width, ours.height, ours.bitDepth, ours.pixels.length]).toEqual([...to, bits, want.length]);
    const worst = want.reduce(
      (most, v, i) => Math.max(most, Math.abs(v - (ours.pixels[i] ?? Number.NaN))),
      0,
    );
    expect(worst).toBeLessThanOrEqual(bits === 8 ? 0 : 0.51);
  }
});

test.each([8, 16] as const)('numbers of %i bits taken together give what they give one by one', (bits) => {
  const most = 2 ** bits - 1;
  for (const [width, height] of [
    [1, 1],
    [2, 3],
    [50, 40],
    [512, 8],
    [6, 300],
  ] as const) {
    // Between black and white, where sums are largest, and numbers without a pattern.
    const values = Array.from(
      { length: width * height },
      (_, i) => [0, most, (i * i * 40_503) & most][i % 3] ?? 0,
    );
    const pixels = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
    const image = grayImage(width, height, pixels);
    const sizes: [number, number][] = [
      [1, 1],
      [7, 40],
      [100, 90],
      [width, 20],
      [17, height],
    ];
    for (const to of sizes) {
      expect(resizeTogether(image, ...to)).toEqual(resizePlainly(image, ...to));
    }
  }
});

test('an image that does not fit into the memory of the kernels is left to the other way', () => {
  const width = 2 ** 13;
  const image = grayImage(width, width, new Uint8Array(width * width).fill(7));
  expect(resizeTogether(image, 2, 2)).toBeNull();
});

test('an impossible size is refused', () => {
  const image = grayImage(2, 2, new Uint8Array(4));
  expect(() => resizeSlice(image, 0, 2)).toThrow(RangeError);
  expect(() => resizeSlice(image, 1.5, 2)).toThrow(RangeError);
});
