import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@radweave/imaging';
import { Random } from '@radweave/stats';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { Thumbnails } from './thumbnails.ts';

/** A smooth ramp with noise, of any size. */
function written(name: string, width: number, height: number, noise: number): string {
  const random = new Random(11, name);
  const pixels = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.min(255, Math.floor((150 * (i % width)) / width + random.below(noise))),
  );
  const path = join(tempDir(), `${name}.png`);
  writeFileSync(path, encodePng({ width, height, pixels }));
  return path;
}

const NUMPY = `
import json, sys, numpy as np
from PIL import Image
a, b = [np.asarray(Image.open(p).resize((64, 64), Image.BILINEAR), dtype=float).ravel() for p in sys.argv[1:3]]
print(json.dumps(float(np.corrcoef(a, b)[0, 1])))`;

referenceTest('the correlation is that of NumPy on thumbnails by PIL', ['numpy', 'PIL'], () => {
  const [a, b] = [written('a', 96, 80, 100), written('b', 150, 131, 100)];
  const ours = new Thumbnails().correlation(a, b);
  expect(Math.abs(ours - pythonJson<number>(NUMPY, { args: [a, b] }))).toBeLessThan(1e-5);
  expect(ours).toBeGreaterThan(0.5);
});

test('a constant slice correlates with nothing', () => {
  const [a, blank] = [written('a', 70, 70, 50), join(tempDir(), 'blank.png')];
  writeFileSync(blank, encodePng({ width: 70, height: 70, pixels: new Uint8Array(4900).fill(9) }));
  const thumbnails = new Thumbnails();
  expect(thumbnails.correlation(a, blank)).toBe(0);
  expect(thumbnails.correlation(a, a)).toBeCloseTo(1, 5);
});
