import { type Matrix, rowOf, zeros } from '@radweave/stats';

/** Perplexity for n patients: min(30, ⌊(n − 1) / 3⌋). */
export function perplexityFor(patients: number): number {
  return Math.min(30, Math.floor((patients - 1) / 3));
}

const ITERATIONS = 1000;
const EXAGGERATED_ITERATIONS = 250;
const EXAGGERATION = 12;
const TINY = Number.EPSILON;

/**
 * t-SNE with exact gradients (van der Maaten & Hinton, JMLR 2008; gains and schedule as in scikit-learn's
 * `TSNE(method='exact')`): 250 iterations with early exaggeration 12 and momentum 0.5, then 750 with momentum 0.8; learning rate
 * max(n / 48, 50). Its cost is quadratic in the number of patients. Nothing is random.
 *
 * @param start patients × 2 starting coordinates, such as the first principal components; scaled here to a spread of 1e-4.
 * @returns patients × 2 and the Kullback–Leibler divergence at the end.
 */
export function tsne(
  features: Matrix,
  start: Matrix,
  perplexity: number,
): { points: Matrix; divergence: number } {
  const n = features.rows;
  const affinities = jointProbabilities(squaredDistances(features), perplexity);
  const points = scaledStart(start);
  const size = points.data.length;
  const gains = new Float64Array(size).fill(1);
  const step = new Float64Array(size);
  const gradient = new Float64Array(size);
  const weights = zeros(n, n);
  const learningRate = Math.max(n / EXAGGERATION / 4, 50);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const isEarly = iteration < EXAGGERATED_ITERATIONS;
    if (iteration === EXAGGERATED_ITERATIONS) {
      gains.fill(1);
      step.fill(0);
    }
    fillGradient(affinities, points, weights, isEarly ? EXAGGERATION : 1, gradient);
    const momentum = isEarly ? 0.5 : 0.8;
    for (let i = 0; i < size; i++) {
      const slope = gradient[i] ?? 0;
      const turned = (step[i] ?? 0) * slope < 0;
      const gain = Math.max(0.01, turned ? (gains[i] ?? 1) + 0.2 : (gains[i] ?? 1) * 0.8);
      gains[i] = gain;
      step[i] = momentum * (step[i] ?? 0) - learningRate * gain * slope;
      points.data[i] = (points.data[i] ?? 0) + (step[i] ?? 0);
    }
  }
  return { points, divergence: divergenceOf(affinities, points) };
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
    conditional.data.set(conditionalRow(rowOf(distances, i), i, Math.log(perplexity)), i * n);
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

/** Finds by bisection the precision at which the row's entropy is `entropy`. */
function conditionalRow(distances: Float64Array, own: number, entropy: number): Float64Array {
  const others = [...distances.keys()].filter((j) => j !== own);
  const nearest = Math.min(...others.map((j) => distances[j] ?? 0));
  const row = new Float64Array(distances.length);
  // Starting from the row's own scale, features of any unit need few steps.
  const spread = others.reduce((sum, j) => sum + (distances[j] ?? 0) - nearest, 0) / others.length;
  let precision = spread > 0 ? 1 / spread : 1;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 100; attempt++) {
    let sum = 0;
    let mean = 0;
    for (const j of others) {
      const excess = (distances[j] ?? 0) - nearest;
      const p = Math.exp(-precision * excess);
      row[j] = p;
      sum += p;
      mean += p * excess;
    }
    for (const j of others) row[j] = (row[j] ?? 0) / sum;
    const gap = Math.log(sum) + (precision * mean) / sum - entropy;
    if (Math.abs(gap) < 1e-5) break;
    if (gap > 0) low = precision;
    else high = precision;
    precision = high === Number.POSITIVE_INFINITY ? precision * 2 : (low + high) / 2;
  }
  return row;
}

function scaledStart(start: Matrix): Matrix {
  const spread = Math.sqrt(
    start.data.reduce((sum, value, i) => (i % 2 === 0 ? sum + value * value : sum), 0) / start.rows,
  );
  const scale = spread > 0 ? 1e-4 / spread : 1;
  return { ...start, data: start.data.map((value) => value * scale) };
}
