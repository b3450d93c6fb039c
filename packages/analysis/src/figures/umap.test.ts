import { matrixFrom, Random } from '@radweave/stats';
import { expect, test } from 'vitest';
import { umap } from './umap.ts';

const random = new Random(9, 'umap-test');
const features = matrixFrom(
  Array.from({ length: 60 }, (_, i) => Array.from({ length: 8 }, () => random.normal() + (i % 2) * 6)),
);

test('is the same for the same seed and another for another', () => {
  const first = umap(features, 42);
  expect(umap(features, 42)).toEqual(first);
  expect(umap(features, 43)).not.toEqual(first);
});

test('keeps two clouds apart', () => {
  const { data } = umap(features, 42);
  const centre = (parity: number, axis: number): number => {
    const own = Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 2 === parity);
    return own.reduce((sum, i) => sum + (data[2 * i + axis] ?? 0), 0) / own.length;
  };
  const near = Array.from({ length: 60 }, (_, i) => i).filter((i) => {
    const to = (parity: number): number =>
      Math.hypot((data[2 * i] ?? 0) - centre(parity, 0), (data[2 * i + 1] ?? 0) - centre(parity, 1));
    return to(i % 2) < to(1 - (i % 2));
  });
  expect(near.length).toBe(60);
});
