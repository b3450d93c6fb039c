import { fitPca, type Matrix, matrixFrom, pcaTransform, Random, rowOf } from '@radweave/stats';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { componentsFor, embed } from './embed.ts';
import { EXACT_NEIGHBOURS_UP_TO, fewerNeighbours, type Neighbours, nearestNeighbours } from './neighbours.ts';
import { neighboursForPerplexity, perplexityFor, tsneOfNeighbours } from './tsne.ts';
import { UMAP_NEIGHBOURS, umapOfNeighbours } from './umap-layout.ts';
import { umapInThread } from './umap-thread.ts';

/** Five groups in twelve dimensions, loose enough to touch. */
function groups(patients: number): Matrix {
  const random = new Random(5, 'many-patients');
  return matrixFrom(
    Array.from({ length: patients }, (_, i) =>
      Array.from({ length: 12 }, (_unused, j) => random.normal() + (j === i % 5 ? 5 : 0)),
    ),
  );
}

function start(features: Matrix): Matrix {
  const pca = fitPca(features, 2);
  if (pca.value === null) throw new Error(pca.reason.text);
  return pcaTransform(pca.value, features);
}

const rowsOf = (matrix: Matrix): number[][] =>
  Array.from({ length: matrix.rows }, (_, i) => Array.from(rowOf(matrix, i)));

const SKLEARN = `
import os
# Threads that wait for each other at every step take minutes where others use the cores.
os.environ['OMP_NUM_THREADS'] = '1'
import json, sys, numpy as np
from sklearn.manifold import TSNE, trustworthiness
data = json.load(sys.stdin)
x, first = np.array(data['x']), np.array(data['start'])
start = (first / first[:, 0].std() * 1e-4).astype(np.float32)
fit = TSNE(init=start, learning_rate='auto', perplexity=data['perplexity'], random_state=0, n_iter=1000)
theirs = fit.fit_transform(x)
trust = lambda points: float(trustworthiness(x, np.array(points), n_neighbors=10))
print(json.dumps(dict(divergence=float(fit.kl_divergence_), trust=trust(theirs), tsne=trust(data['tsne']),
    umap=trust(data['umap']))))
`;

referenceTest(
  "Barnes–Hut t-SNE is as good as scikit-learn's, and UMAP keeps as many neighbours",
  ['sklearn'],
  () => {
    const features = groups(400);
    const perplexity = perplexityFor(400);
    const first = start(features);
    const near = nearestNeighbours(features, neighboursForPerplexity(perplexity));
    const { points, divergence } = tsneOfNeighbours(near, first, perplexity);
    const umap = umapOfNeighbours(fewerNeighbours(near, UMAP_NEIGHBOURS - 1), first, 1);
    const input = JSON.stringify({
      ...{ x: rowsOf(features), start: rowsOf(first), perplexity },
      ...{ tsne: rowsOf(points), umap: rowsOf(umap) },
    });
    const reference = pythonJson<Record<'divergence' | 'trust' | 'tsne' | 'umap', number>>(SKLEARN, {
      input,
    });
    expect(divergence / reference.divergence).toBeLessThan(1.03);
    expect(divergence / reference.divergence).toBeGreaterThan(0.97);
    expect(reference.tsne).toBeGreaterThan(reference.trust - 0.01);
    expect(reference.umap).toBeGreaterThan(reference.trust - 0.05);
    // Nothing is left to chance but what the seed says.
    expect(tsneOfNeighbours(near, first, perplexity)).toEqual({ points, divergence });
    const again = fewerNeighbours(nearestNeighbours(features, 90), UMAP_NEIGHBOURS - 1);
    expect(umapOfNeighbours(again, first, 1)).toEqual(umap);
  },
);

test('UMAP in a thread of its own is the same', async () => {
  const features = groups(60);
  const neighbours = nearestNeighbours(features, UMAP_NEIGHBOURS - 1);
  const task = { neighbours, start: start(features), seed: 3 };
  expect(await umapInThread(task)).toEqual(umapOfNeighbours(neighbours, task.start, 3));
});

test('neighbours of few rows are exact, and of many nearly all are found', () => {
  const few = groups(40);
  const { indices, distances } = nearestNeighbours(few, 3);
  const gap = (i: number, j: number): number =>
    rowOf(few, i).reduce((sum, value, k) => sum + (value - (rowOf(few, j)[k] ?? 0)) ** 2, 0);
  for (let i = 0; i < 40; i++) {
    const others = Array.from({ length: 40 }, (_, j) => j).filter((j) => j !== i);
    const nearest = others.sort((a, b) => gap(i, a) - gap(i, b)).slice(0, 3);
    expect(Array.from(indices.subarray(3 * i, 3 * i + 3))).toEqual(nearest);
    expect(distances[3 * i]).toBeCloseTo(gap(i, nearest[0] ?? 0), 12);
  }

  const count = 15;
  const many = groups(EXACT_NEIGHBOURS_UP_TO + 1000);
  const found = nearestNeighbours(many, count);
  expect(recall(many, found, 200)).toBeGreaterThan(0.95);
  expect(found.indices.every((other) => other >= 0)).toBe(true);
});

/** The share of the true nearest that were found, of the first rows. */
function recall(features: Matrix, found: Neighbours, rows: number): number {
  const { columns, data } = features;
  let right = 0;
  for (let i = 0; i < rows; i++) {
    const distances = Float64Array.from({ length: features.rows }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < columns; k++) {
        sum += ((data[i * columns + k] ?? 0) - (data[j * columns + k] ?? 0)) ** 2;
      }
      return j === i ? Number.POSITIVE_INFINITY : sum;
    });
    const last = distances.slice().sort()[found.count - 1] ?? 0;
    const own = found.distances.subarray(i * found.count, (i + 1) * found.count);
    right += own.filter((distance) => distance <= last).length;
  }
  return right / (rows * found.count);
}

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
