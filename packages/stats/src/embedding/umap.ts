import type { Matrix } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { type SparseAffinities, symmetric } from './affinities.ts';
import type { Neighbours } from './neighbours.ts';

/** Neighbours that {@link umap} looks at, the patient among them: 15, or all where there are fewer. */
export function neighboursForUmap(patients: number): number {
  return Math.min(15, patients);
}

/** Of the curve 1 / (1 + a d²ᵇ) that comes nearest to minimal distance 0.1 and spread 1, as umap-learn fits it. */
const A = 1.5769434603113077;
const B = 0.8950608779109733;

const NEGATIVES = 5;
const MOST_STEP = 4;

/** As umap-learn. */
function epochsFor(patients: number): number {
  return patients <= 10_000 ? 500 : 200;
}

/**
 * UMAP of given neighbours (McInnes, Healy & Melville 2018), with umap-learn's defaults: minimal distance 0.1, 5 negative
 * samples, 500 epochs (200 of more than 10,000 patients). It begins at the principal components, so that the arrangement of
 * groups means something (Kobak & Linderman 2021).
 *
 * Own code: umap-js keeps matrices as maps of strings and points as arrays of arrays, which take several times as long and
 * gigabytes for 20,000 patients.
 *
 * @param neighbours without the patients themselves.
 * @param start patients × 2 starting coordinates.
 * @returns patients × 2; the same for the same seed.
 */
export function umap(neighbours: Neighbours, start: Matrix, seed: number): Matrix {
  const graph = symmetric(neighbours, memberships(neighbours), (a, b) => a + b - a * b);
  const points = scaledStart(start);
  optimise(graph, points.data, new Random(seed, 'umap'));
  return points;
}

/** How far each neighbour belongs to a patient's own; the nearest wholly. */
function memberships({ count, indices, distances }: Neighbours): Float64Array {
  const made = new Float64Array(indices.length);
  for (let from = 0; from < indices.length; from += count) {
    const own = distances.subarray(from, from + count).map(Math.sqrt);
    const nearest = own.find((distance) => distance > 0) ?? 0;
    const width = widthOf(own, nearest, Math.log2(count + 1));
    for (let k = 0; k < count; k++) {
      made[from + k] = Math.exp(-Math.max(0, (own[k] as number) - nearest) / width);
    }
  }
  return made;
}

/** The width at which memberships sum to `wanted`, by bisection; at least a thousandth of the mean distance. */
function widthOf(distances: Float64Array, nearest: number, wanted: number): number {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let width = 1;
  for (let attempt = 0; attempt < 64; attempt++) {
    const sum = distances.reduce((total, one) => total + Math.exp(-Math.max(0, one - nearest) / width), 0);
    if (Math.abs(sum - wanted) < 1e-5) break;
    if (sum > wanted) high = width;
    else low = width;
    width = high === Number.POSITIVE_INFINITY ? 2 * width : (low + high) / 2;
  }
  const mean = distances.reduce((total, one) => total + one, 0) / (distances.length + 1);
  return Math.max(width, 1e-3 * mean, Number.MIN_VALUE);
}

/** Both coordinates within 0 and 10. */
function scaledStart(start: Matrix): Matrix {
  const axis = (k: number): Float64Array => start.data.filter((_, i) => i % 2 === k);
  const ranges = [0, 1].map((k) => {
    const least = axis(k).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = axis(k).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return { least, scale: most > least ? 10 / (most - least) : 0 };
  });
  const data = start.data.map((value, i) => {
    const { least, scale } = ranges[i % 2] as (typeof ranges)[number];
    return (value - least) * scale;
  });
  return { ...start, data };
}

/** Pairs that are drawn, and every how many epochs. */
interface Draws {
  head: Int32Array;
  tail: Int32Array;
  every: Float64Array;
}

function drawsOf({ starts, columns, values }: SparseAffinities, epochs: number): Draws {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const isDrawn = (value: number): boolean => value >= most / epochs;
  const head = new Int32Array(columns.length);
  for (let i = 0; i + 1 < starts.length; i++) head.fill(i, starts[i], starts[i + 1]);
  return {
    head: head.filter((_, at) => isDrawn(values[at] as number)),
    tail: columns.filter((_, at) => isDrawn(values[at] as number)),
    every: values.filter(isDrawn).map((value) => most / value),
  };
}

/** Stochastic gradient descent: pairs attract each other as often as they are drawn, and others drawn by lot repel. */
function optimise(graph: SparseAffinities, y: Float64Array, random: Random): void {
  const patients = y.length / 2;
  const epochs = epochsFor(patients);
  const { head, tail, every } = drawsOf(graph, epochs);
  const next = every.slice();
  const nextNegative = every.map((one) => one / NEGATIVES);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 1 - epoch / epochs;
    for (let at = 0; at < head.length; at++) {
      if ((next[at] as number) > epoch) continue;
      const own = 2 * (head[at] as number);
      attract(y, own, 2 * (tail[at] as number), rate);
      next[at] = (next[at] as number) + (every[at] as number);
      const apart = (every[at] as number) / NEGATIVES;
      const negatives = Math.floor((epoch - (nextNegative[at] as number)) / apart);
      for (let k = 0; k < negatives; k++) repel(y, own, 2 * random.below(patients), rate);
      nextNegative[at] = (nextNegative[at] as number) + Math.max(0, negatives) * apart;
    }
  }
}

function attract(y: Float64Array, own: number, other: number, rate: number): void {
  const dx = (y[own] as number) - (y[other] as number);
  const dy = (y[own + 1] as number) - (y[other + 1] as number);
  const distance = dx * dx + dy * dy;
  if (distance === 0) return;
  const power = raised(distance);
  const pull = (-2 * A * B * power) / (distance * (A * power + 1));
  const stepX = rate * clipped(pull * dx);
  const stepY = rate * clipped(pull * dy);
  y[own] = (y[own] as number) + stepX;
  y[own + 1] = (y[own + 1] as number) + stepY;
  y[other] = (y[other] as number) - stepX;
  y[other + 1] = (y[other + 1] as number) - stepY;
}

function repel(y: Float64Array, own: number, other: number, rate: number): void {
  if (own === other) return;
  const dx = (y[own] as number) - (y[other] as number);
  const dy = (y[own + 1] as number) - (y[other + 1] as number);
  const distance = dx * dx + dy * dy;
  const push = (2 * B) / ((0.001 + distance) * (A * raised(distance) + 1));
  // Two at one place are driven apart in a direction that is the same for all.
  y[own] = (y[own] as number) + rate * (distance === 0 ? MOST_STEP : clipped(push * dx));
  y[own + 1] = (y[own + 1] as number) + rate * (distance === 0 ? MOST_STEP : clipped(push * dy));
}

/** distance ** B, in half the time that `**` takes. */
function raised(distance: number): number {
  return Math.exp(B * Math.log(distance));
}

function clipped(step: number): number {
  return Math.max(-MOST_STEP, Math.min(MOST_STEP, step));
}
