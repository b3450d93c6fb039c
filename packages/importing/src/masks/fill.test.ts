import { peersPython, peerTest, pythonJson } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { filled, type Outline } from './fill.ts';

test('a pixel counts when its centre lies inside, and an outline within another is a hole', () => {
  const square = (from: number, to: number): Outline => [
    [from, from],
    [to, from],
    [to, to],
    [from, to],
  ];
  const count = (...outlines: Outline[]): number => filled(outlines, 8, 8).reduce((sum, one) => sum + one, 0);
  expect(count(square(1.5, 4.5))).toBe(9);
  expect(count(square(1.5, 5.5), square(2.5, 4.5))).toBe(16 - 4);
  expect(count(square(-3, 20))).toBe(64);
  expect(count(square(2.1, 2.9))).toBe(0);
  expect(count(square(1.5, 4.5), square(1.5, 4.5))).toBe(9);
});

/** The masks that scikit-image makes of polygons: their corners lie on no centre of a pixel. */
const POLYGONS = `
import json, sys
import numpy as np
from skimage.draw import polygon2mask
rng = np.random.default_rng(5)
out = []
for n in [3, 4, 7, 12, 40] * 8:
    turns = np.sort(rng.uniform(0, 2 * np.pi, n)); r = rng.uniform(3, 30, n)
    rc = np.stack([30.123 + r * np.sin(turns), 35.456 + r * np.cos(turns)], -1)
    out.append([rc[:, ::-1].tolist(), np.flatnonzero(polygon2mask((60, 70), rc)).tolist()])
json.dump(out, sys.stdout)
`;

peerTest('40 polygons are filled as by scikit-image', ['skimage'], () => {
  const all = pythonJson<[Outline, number[]][]>(POLYGONS, { interpreter: peersPython() });
  expect(all).toHaveLength(40);
  for (const [outline, expected] of all) {
    const found = [...filled([outline], 70, 60)].flatMap((one, i) => (one === 1 ? [i] : []));
    expect(found).toEqual(expected);
  }
});
