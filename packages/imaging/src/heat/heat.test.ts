import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { grayImage } from '../slice.ts';
import { heatColour } from './colour-map.ts';
import { heatBar, overlayHeat, slicePicture } from './overlay.ts';
import { blankRgb, pasteRgb } from './rgb.ts';
import { structuralSimilarity } from './ssim.ts';

referenceTest('colours are those of inferno', ['matplotlib'], () => {
  const theirs = pythonJson<number[][]>(
    "import json, matplotlib; print(json.dumps([[255 * c for c in rgb] for rgb in matplotlib.colormaps['inferno'].colors]))",
  );
  expect(theirs).toHaveLength(256);
  const worst = theirs.flatMap((rgb, i) =>
    heatColour(i / 255).map((part, k) => Math.abs(part - (rgb[k] ?? 999))),
  );
  expect(Math.max(...worst)).toBeLessThanOrEqual(6);
});

test('colours grow lighter with strength and stay in range', () => {
  const light = Array.from({ length: 101 }, (_, i) => {
    const [r, g, b] = heatColour(i / 100);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
  for (let i = 1; i < light.length; i++) expect(light[i]).toBeGreaterThan(light[i - 1] ?? 0);
  expect([heatColour(-1), heatColour(2)]).toEqual([heatColour(0), heatColour(1)]);
});

test('a map of 0 leaves the slice, a strong one lets it shine through; 16 bits are scaled', () => {
  const slice = grayImage(3, 1, Uint16Array.of(0, 1000, 2000));
  expect([...overlayHeat(slice, Float32Array.of(0, 0, 0), 2000).pixels]).toEqual([
    0, 0, 0, 128, 128, 128, 255, 255, 255,
  ]);
  expect(slicePicture(slice, 2000)).toEqual(overlayHeat(slice, new Float32Array(3), 2000));
  const [dark, , bright] = [0, 1, 2].map((i) =>
    overlayHeat(slice, Float32Array.of(1, 1, 1), 2000).pixels.subarray(3 * i, 3 * i + 3),
  );
  expect(dark).not.toEqual(bright);
  expect(() => overlayHeat(slice, new Float32Array(2), 2000)).toThrow('3 strengths expected for 3×1, got 2');
});

test('the bar is strongest on top', () => {
  const { pixels } = heatBar(2, 5);
  expect([...pixels.subarray(0, 3)]).toEqual([
    ...overlayHeat(grayImage(1, 1, Uint8Array.of(128)), Float32Array.of(1), 255).pixels,
  ]);
  expect([...pixels.subarray(-3)]).toEqual([128, 128, 128]);
});

test('pasting magnifies pixels and refuses what does not fit', () => {
  const sheet = blankRgb(4, 2, 9);
  pasteRgb(sheet, { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) }, 1, 0, 2);
  const red = Array.from({ length: 8 }, (_, i) => sheet.pixels[3 * i]);
  expect(red).toEqual([9, 1, 1, 9, 9, 1, 1, 9]);
  expect(() => pasteRgb(sheet, blankRgb(2, 2, 0), 3, 0)).toThrow('2×2 at (3, 0) does not fit 4×2');
});

const SSIM = `
import json, sys, numpy as np
from scipy.ndimage import gaussian_filter
a, b = (np.array(m, dtype=np.float64) for m in json.load(sys.stdin))
g = lambda m: gaussian_filter(m, 1.5, truncate=3.5)
ma, mb = g(a), g(b)
va, vb, cov = g(a * a) - ma * ma, g(b * b) - mb * mb, g(a * b) - ma * mb
s = (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma ** 2 + mb ** 2 + 1e-4) * (va + vb + 9e-4))
print(json.dumps(float(s[5:-5, 5:-5].mean())))
`;

referenceTest(
  'structural similarity equals that computed with scipy’s Gaussian filter',
  ['scipy', 'numpy'],
  () => {
    const [width, height] = [23, 17];
    const a = Float32Array.from({ length: width * height }, (_, i) => ((i * 37) % 101) / 101);
    const b = Float32Array.from(a, (value, i) => 0.7 * value + 0.3 * (((i * 53) % 89) / 89));
    const rows = (m: Float32Array) =>
      Array.from({ length: height }, (_, y) => [...m.subarray(y * width, (y + 1) * width)]);
    const theirs = pythonJson<number>(SSIM, { input: JSON.stringify([rows(a), rows(b)]) });
    expect(theirs).toBeLessThan(0.99);
    expect(structuralSimilarity(a, b, width, height)).toBeCloseTo(theirs, 10);
    expect(structuralSimilarity(a, a, width, height)).toBeCloseTo(1, 12);
    expect(structuralSimilarity(new Float32Array(100), new Float32Array(100), 10, 10)).toBeNull();
  },
);
