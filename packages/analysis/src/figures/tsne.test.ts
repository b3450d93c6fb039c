import { fitPca, type Matrix, matrixFrom, pcaTransform, Random } from '@radweave/stats';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { perplexityFor, tsne } from './tsne.ts';

/** Three loose groups in ten dimensions. */
function groups(patients: number): Matrix {
  const random = new Random(5, 'tsne-test');
  return matrixFrom(
    Array.from({ length: patients }, (_, i) =>
      Array.from({ length: 10 }, (_, j) => random.normal() + (j === i % 3 ? 4 : 0)),
    ),
  );
}

function start(features: Matrix): Matrix {
  const pca = fitPca(features, 2);
  if (pca.value === null) throw new Error(pca.reason.text);
  return pcaTransform(pca.value, features);
}

const SKLEARN = `
import json, sys, numpy as np
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.metrics import pairwise_distances
data = json.load(sys.stdin)
x, ours, first = np.array(data['x']), np.array(data['ours']), np.array(data['start'])
start = (first / first[:, 0].std() * 1e-4).astype(np.float32)
fit = TSNE(method='exact', init=start, learning_rate='auto', perplexity=data['perplexity'], random_state=0, n_iter=1000)
theirs = fit.fit_transform(x)
p = _joint_probabilities(pairwise_distances(x, squared=True), data['perplexity'], 0)
kl, gradient = _kl_divergence(ours.ravel(), p, 1, len(ours), 2)
print(json.dumps({
    'divergence': float(fit.kl_divergence_),
    'divergenceOfOurs': float(kl),
    'gradientOfOurs': float(np.linalg.norm(gradient)),
    'trustOfOurs': float(trustworthiness(x, ours, n_neighbors=10)),
    'trust': float(trustworthiness(x, theirs, n_neighbors=10)),
}))
`;

interface Reference {
  divergence: number;
  divergenceOfOurs: number;
  gradientOfOurs: number;
  trustOfOurs: number;
  trust: number;
}

referenceTest("minimises scikit-learn's objective as well as its exact t-SNE does", ['sklearn'], () => {
  const features = groups(120);
  const perplexity = perplexityFor(120);
  const first = start(features);
  const { points, divergence } = tsne(features, first, perplexity);
  const rows = (matrix: Matrix): number[][] =>
    Array.from({ length: matrix.rows }, (_, i) =>
      Array.from(matrix.data.slice(i * matrix.columns, (i + 1) * matrix.columns)),
    );
  const input = JSON.stringify({
    x: rows(features),
    start: rows(first),
    ours: rows(points),
    perplexity,
  });
  const reference = pythonJson<Reference>(SKLEARN, { input });
  // The same objective at the same points, and no slope left there: a minimum.
  expect(divergence).toBeCloseTo(reference.divergenceOfOurs, 4);
  expect(reference.gradientOfOurs).toBeLessThan(1e-4);
  // Rounding decides which of several minima is reached: ours must be as deep and keep as many neighbours.
  expect(divergence / reference.divergence).toBeLessThan(1.03);
  expect(reference.trustOfOurs).toBeGreaterThan(reference.trust - 0.02);
});

test('is the same every time and keeps groups together', () => {
  const features = groups(60);
  const first = tsne(features, start(features), perplexityFor(60));
  const again = tsne(features, start(features), perplexityFor(60));
  expect(again).toEqual(first);
  const { data } = first.points;
  const gap = (i: number, j: number): number =>
    Math.hypot((data[2 * i] ?? 0) - (data[2 * j] ?? 0), (data[2 * i + 1] ?? 0) - (data[2 * j + 1] ?? 0));
  const nearest = Array.from({ length: 60 }, (_, i) => {
    const others = Array.from({ length: 60 }, (_, j) => j).filter((j) => j !== i);
    return others.reduce((best, j) => (gap(i, j) < gap(i, best) ? j : best));
  });
  const own = nearest.filter((j, i) => j % 3 === i % 3).length;
  expect(own).toBeGreaterThan(50);
});

test('works with as few patients as perplexity 1 allows, and with equal ones', () => {
  expect([4, 5, 10, 91, 92, 500].map(perplexityFor)).toEqual([1, 1, 3, 30, 30, 30]);
  const few = groups(5);
  const { points, divergence } = tsne(few, start(few), perplexityFor(5));
  expect(points.data.every(Number.isFinite)).toBe(true);
  expect(Number.isFinite(divergence)).toBe(true);
  const twins = matrixFrom(Array.from({ length: 12 }, (_, i) => [i % 3, (i % 3) ** 2, 1]));
  expect(tsne(twins, start(twins), 3).points.data.every(Number.isFinite)).toBe(true);
});
