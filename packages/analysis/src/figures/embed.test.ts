import {
  fitPca,
  matrixFrom,
  nearestNeighbours,
  neighboursForUmap,
  pcaTransform,
  Random,
  umap,
} from '@radweave/stats';
import { expect, test } from 'vitest';
import { componentsFor, embed } from './embed.ts';
import { umapInThread } from './umap-thread.ts';

test('UMAP in a thread of its own is the same', async () => {
  const random = new Random(5, 'umap-thread');
  const features = matrixFrom(
    Array.from({ length: 60 }, (_, i) => Array.from({ length: 8 }, () => random.normal() + (i % 2) * 6)),
  );
  const pca = fitPca(features, 2);
  if (pca.value === null) throw new Error(pca.reason.text);
  const neighbours = nearestNeighbours(features, neighboursForUmap(60) - 1);
  const task = { neighbours, start: pcaTransform(pca.value, features), seed: 3 };
  expect(await umapInThread(task)).toEqual(umap(neighbours, task.start, 3));
});

test('many patients at one place are placed', async () => {
  const rows = 1010;
  const features = matrixFrom(Array.from({ length: rows }, (_, i) => [i % 3, (i % 3) ** 2, 1]));
  const patients = Array.from({ length: rows }, (_, i) => ({
    ...{ patient: `p${i}`, hospital: 'JM', label: i % 2 },
    split: i % 5 === 0 ? ('test' as const) : ('train' as const),
  }));
  expect([1000, 1001].map(componentsFor)).toEqual([null, 50]);
  const placed = await embed({ name: 'A', patients, features }, 1);
  for (const embedding of Object.values(placed)) {
    expect(embedding.points?.data.every(Number.isFinite)).toBe(true);
  }
  expect(placed.tsne).toMatchObject({
    note: expect.stringMatching(/Barnes–Hut\) of the first 3 principal components of all 1010/),
  });
});
