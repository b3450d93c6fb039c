import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { type Matrix, matrixFrom, rowOf } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { fitPca, pcaTransform } from '../linear/pca.ts';
import { EXACT_NEIGHBOURS_UP_TO, fewerNeighbours, type Neighbours, nearestNeighbours } from './neighbours.ts';
import { neighboursForPerplexity, perplexityFor, tsne } from './tsne.ts';
import { neighboursForUmap, umap } from './umap.ts';

/** Groups in twelve dimensions, loose enough to touch. */
function groups(patients: number, count = 5): Matrix {
  const random = new Random(5, 'many-patients');
  return matrixFrom(
    Array.from({ length: patients }, (_, i) =>
      Array.from({ length: 12 }, (_unused, j) => random.normal() + (j === i % count ? 5 : 0)),
    ),
  );
}

function start(features: Matrix): Matrix {
  const pca = fitPca(features, 2);
  if (pca.value === null) throw new Error(pca.reason.text);
  return pcaTransform(pca.value, features);
}

/** Both maps of all features, as a cohort of this size has them. */
function maps(features: Matrix, seed = 1): { tsne: Matrix; umap: Matrix } {
  const perplexity = perplexityFor(features.rows);
  const [forTsne, forUmap] = [neighboursForPerplexity(perplexity), neighboursForUmap(features.rows) - 1];
  const near = nearestNeighbours(features, Math.max(forTsne, forUmap));
  const first = start(features);
  return {
    tsne: tsne(fewerNeighbours(near, forTsne), first, perplexity),
    umap: umap(fewerNeighbours(near, forUmap), first, seed),
  };
}

const rowsOf = (matrix: Matrix): number[][] =>
  Array.from({ length: matrix.rows }, (_, i) => Array.from(rowOf(matrix, i)));

const SKLEARN = `
import os
# Threads that wait for each other at every step take minutes where others use the cores.
os.environ['OMP_NUM_THREADS'] = '1'
import json, sys, numpy as np
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.metrics import pairwise_distances
data = json.load(sys.stdin)
x, first, perplexity = np.array(data['x']), np.array(data['start']), data['perplexity']
start = (first / first[:, 0].std() * 1e-4).astype(np.float32)
fit = TSNE(init=start, learning_rate='auto', perplexity=perplexity, random_state=0, n_iter=1000)
theirs = fit.fit_transform(x)
p = _joint_probabilities(pairwise_distances(x, squared=True), perplexity, 0)
divergence = lambda points: float(_kl_divergence(np.array(points).ravel(), p, 1, len(x), 2)[0])
trust = lambda points: float(trustworthiness(x, np.array(points), n_neighbors=10))
print(json.dumps(dict(theirs=divergence(theirs), ours=divergence(data['tsne']), trust=trust(theirs),
    tsne=trust(data['tsne']), umap=trust(data['umap']))))
`;

for (const patients of [120, 400]) {
  referenceTest(`maps of ${patients} patients are as good as scikit-learn's t-SNE`, ['sklearn'], () => {
    const features = groups(patients);
    const perplexity = perplexityFor(patients);
    const made = maps(features);
    const input = JSON.stringify({
      ...{ x: rowsOf(features), start: rowsOf(start(features)), perplexity },
      ...{ tsne: rowsOf(made.tsne), umap: rowsOf(made.umap) },
    });
    type Reference = Record<'theirs' | 'ours' | 'trust' | 'tsne' | 'umap', number>;
    const reference = pythonJson<Reference>(SKLEARN, { input });
    // The exact objective at both maps; rounding decides which of several minima is reached, and a lower one is better.
    expect(reference.ours / reference.theirs).toBeLessThan(1.03);
    expect(reference.tsne).toBeGreaterThan(reference.trust - 0.02);
    expect(reference.umap).toBeGreaterThan(reference.trust - 0.05);
    // Nothing is left to chance but what the seed says.
    expect(maps(features)).toEqual(made);
    expect(maps(features, 2).umap).not.toEqual(made.umap);
  });
}

test('groups stay together', () => {
  const count = 3;
  const features = groups(60, count);
  for (const [method, { data }] of Object.entries(maps(features))) {
    const gap = (i: number, j: number): number =>
      Math.hypot((data[2 * i] ?? 0) - (data[2 * j] ?? 0), (data[2 * i + 1] ?? 0) - (data[2 * j + 1] ?? 0));
    const nearest = Array.from({ length: 60 }, (_, i) => {
      const others = Array.from({ length: 60 }, (_unused, j) => j).filter((j) => j !== i);
      return others.reduce((best, j) => (gap(i, j) < gap(i, best) ? j : best));
    });
    const own = nearest.filter((j, i) => j % count === i % count).length;
    expect(own, method).toBeGreaterThan(50);
  }
});

test('maps work with as few patients as perplexity 1 allows, and with equal ones', () => {
  expect([4, 5, 10, 91, 92, 500].map(perplexityFor)).toEqual([1, 1, 3, 30, 30, 30]);
  expect([5, 15, 16, 500].map(neighboursForUmap)).toEqual([5, 15, 15, 15]);
  const twins = matrixFrom(Array.from({ length: 12 }, (_, i) => [i % 3, (i % 3) ** 2, 1]));
  for (const features of [groups(5), twins]) {
    for (const { rows, data } of Object.values(maps(features))) {
      expect(data.length).toBe(2 * rows);
      expect(data.every(Number.isFinite)).toBe(true);
    }
  }
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
