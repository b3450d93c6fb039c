import { type Matrix, rowOf, zeros } from '@radweave/stats';
import { conditionalRow, sparseAffinities } from './affinities.ts';
import type { Neighbours } from './neighbours.ts';
import { Quadtree } from './quadtree.ts';
import { descend, TINY } from './tsne-descent.ts';

/** Perplexity for n patients: min(30, ⌊(n − 1) / 3⌋). */
export function perplexityFor(patients: number): number {
  return Math.min(30, Math.floor((patients - 1) / 3));
}

/** What t-SNE gives. */
export interface TsneMap {
  /** Patients × 2. */
  points: Matrix;
  /** Kullback–Leibler divergence of the map's similarities from the features', in nats. */
  divergence: number;
}

/**
 * t-SNE with exact gradients (van der Maaten & Hinton, JMLR 2008). Its cost is quadratic in the number of patients. Nothing is
 * random.
 *
 * @param start patients × 2 starting coordinates, such as the first principal components; scaled here to a spread of 1e-4.
 */
export function tsne(features: Matrix, start: Matrix, perplexity: number): TsneMap {
  const affinities = jointProbabilities(squaredDistances(features), perplexity);
  const weights = zeros(features.rows, features.rows);
  const points = descend(start, (at, exaggeration, gradient) =>
    fillGradient(affinities, at, weights, exaggeration, gradient),
  );
  return { points, divergence: divergenceOf(affinities, points) };
}

/** Neighbours that {@link tsneOfNeighbours} looks at, for a perplexity: three times as many, as scikit-learn does. */
export function neighboursForPerplexity(perplexity: number): number {
  return 3 * perplexity;
}

/**
 * t-SNE by Barnes and Hut's approximation (van der Maaten, JMLR 2014), as scikit-learn's `TSNE(method='barnes_hut', angle=0.5)`:
 * patients attract their nearest neighbours alone, and distant groups repel as one body. Its cost grows as n log n. Nothing is
 * random.
 *
 * Own code: the t-SNE of npm (tsne-js, @keckelt/tsne, druidjs) are exact, which 2,000 patients wait minutes for.
 *
 * @param start as in {@link tsne}.
 */
export function tsneOfNeighbours(neighbours: Neighbours, start: Matrix, perplexity: number): TsneMap {
  const affinities = sparseAffinities(neighbours, perplexity);
  const tree = new Quadtree(start.rows);
  const forces = new Float64Array(2 * start.rows);
  const repel = (points: Matrix): number => {
    tree.build(points);
    return tree.repulsion(points, forces);
  };
  const points = descend(start, (at, exaggeration, gradient) => {
    const total = repel(at);
    attract(affinities, at, exaggeration, gradient);
    for (let i = 0; i < gradient.length; i++) {
      gradient[i] = 4 * ((gradient[i] as number) - (forces[i] as number) / total);
    }
  });
  return { points, divergence: sparseDivergence(affinities, points, repel(points)) };
}

/** Kullback–Leibler divergence of the map's similarities from the features', in nats. */
function divergenceOf(affinities: Matrix, points: Matrix): number {
  const weights = zeros(points.rows, points.rows);
  const total = fillWeights(points, weights);
  return affinities.data.reduce((sum, p, i) => {
    const q = Math.max(TINY, (weights.data[i] ?? 0) / total);
    return p > TINY ? sum + p * Math.log(p / q) : sum;
  }, 0);
}

/** 4 Σⱼ (exaggeration · pᵢⱼ − qᵢⱼ) wᵢⱼ (yᵢ − yⱼ), w being Student's kernel and q = w / Σw. */
function fillGradient(
  affinities: Matrix,
  points: Matrix,
  weights: Matrix,
  exaggeration: number,
  gradient: Float64Array,
): void {
  const total = fillWeights(points, weights);
  const y = points.data;
  for (let i = 0; i < points.rows; i++) {
    let gx = 0;
    let gy = 0;
    for (let j = 0; j < points.rows; j++) {
      const at = i * points.rows + j;
      const w = weights.data[at] ?? 0;
      const pull = (exaggeration * (affinities.data[at] ?? 0) - w / total) * w;
      gx += pull * ((y[2 * i] ?? 0) - (y[2 * j] ?? 0));
      gy += pull * ((y[2 * i + 1] ?? 0) - (y[2 * j + 1] ?? 0));
    }
    gradient[2 * i] = 4 * gx;
    gradient[2 * i + 1] = 4 * gy;
  }
}

/** Student's kernel of all pairs, 0 on the diagonal. @returns its sum. */
function fillWeights(points: Matrix, weights: Matrix): number {
  const y = points.data;
  let total = 0;
  for (let i = 0; i < points.rows; i++) {
    for (let j = 0; j < i; j++) {
      const dx = (y[2 * i] ?? 0) - (y[2 * j] ?? 0);
      const dy = (y[2 * i + 1] ?? 0) - (y[2 * j + 1] ?? 0);
      const w = 1 / (1 + dx * dx + dy * dy);
      weights.data[i * points.rows + j] = w;
      weights.data[j * points.rows + i] = w;
      total += 2 * w;
    }
  }
  return total;
}

function squaredDistances(features: Matrix): Matrix {
  const distances = zeros(features.rows, features.rows);
  for (let i = 0; i < features.rows; i++) {
    const a = rowOf(features, i);
    for (let j = 0; j < i; j++) {
      const b = rowOf(features, j);
      let sum = 0;
      for (let k = 0; k < a.length; k++) sum += ((a[k] ?? 0) - (b[k] ?? 0)) ** 2;
      distances.data[i * features.rows + j] = sum;
      distances.data[j * features.rows + i] = sum;
    }
  }
  return distances;
}

/** Symmetrised conditional probabilities, each row's Gaussian as wide as the perplexity asks; they sum to 1. */
function jointProbabilities(distances: Matrix, perplexity: number): Matrix {
  const n = distances.rows;
  const conditional = zeros(n, n);
  for (let i = 0; i < n; i++) {
    const row = rowOf(distances, i);
    const others = conditionalRow(
      row.filter((_, j) => j !== i),
      perplexity,
    );
    conditional.data.set(others.subarray(0, i), i * n);
    conditional.data.set(others.subarray(i), i * n + i + 1);
  }
  const joint = zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const both = (conditional.data[i * n + j] ?? 0) + (conditional.data[j * n + i] ?? 0);
      joint.data[i * n + j] = Math.max(TINY, both / (2 * n));
    }
  }
  return joint;
}

/** Σⱼ exaggeration · pᵢⱼ wᵢⱼ (yᵢ − yⱼ) over a point's neighbours. */
function attract(
  { starts, columns, values }: ReturnType<typeof sparseAffinities>,
  points: Matrix,
  exaggeration: number,
  gradient: Float64Array,
): void {
  const y = points.data;
  for (let i = 0; i < points.rows; i++) {
    const x = y[2 * i] as number;
    const z = y[2 * i + 1] as number;
    let gx = 0;
    let gy = 0;
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at++) {
      const j = columns[at] as number;
      const dx = x - (y[2 * j] as number);
      const dy = z - (y[2 * j + 1] as number);
      const pull = (values[at] as number) / (1 + dx * dx + dy * dy);
      gx += pull * dx;
      gy += pull * dy;
    }
    gradient[2 * i] = exaggeration * gx;
    gradient[2 * i + 1] = exaggeration * gy;
  }
}

/** As {@link divergenceOf}, over neighbours alone: other pairs have no affinity. */
function sparseDivergence(
  { starts, columns, values }: ReturnType<typeof sparseAffinities>,
  { data: y, rows }: Matrix,
  total: number,
): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at++) {
      const j = columns[at] as number;
      const dx = (y[2 * i] as number) - (y[2 * j] as number);
      const dy = (y[2 * i + 1] as number) - (y[2 * j + 1] as number);
      const p = values[at] as number;
      const q = Math.max(TINY, 1 / (1 + dx * dx + dy * dy) / total);
      if (p > TINY) sum += p * Math.log(p / q);
    }
  }
  return sum;
}
