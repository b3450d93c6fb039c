import type { Matrix } from '../core/matrix.ts';
import { Random } from '../core/random.ts';

/** The nearest others of each row, nearest first: rows × count. */
export interface Neighbours {
  count: number;
  indices: Int32Array;
  /** Squared Euclidean distances. */
  distances: Float64Array;
}

/** Up to so many rows every pair is looked at. */
export const EXACT_NEIGHBOURS_UP_TO = 5000;

const TREES = 16;
const MOST_IN_LEAF = 400;

/**
 * The nearest rows of each row. Of more than {@link EXACT_NEIGHBOURS_UP_TO} rows those are looked at that share a leaf with it
 * in one of 16 trees of random projections, split at the median (Dasgupta & Freund 2008), so that time grows as n log n; some
 * neighbours are then missed, and the next nearest stand in their place. The same every time.
 *
 * Own code: PyNNDescent and Annoy have no equal in JavaScript that takes typed arrays.
 */
export function nearestNeighbours(features: Matrix, count: number): Neighbours {
  const { rows } = features;
  const found: Neighbours = {
    count,
    indices: new Int32Array(rows * count).fill(-1),
    distances: new Float64Array(rows * count).fill(Number.POSITIVE_INFINITY),
  };
  if (rows <= EXACT_NEIGHBOURS_UP_TO) {
    const all = Int32Array.from({ length: rows }, (_, i) => i);
    for (let i = 0; i < rows; i++) keepNearest(features, found, i, all);
    return found;
  }
  const random = new Random(0, 'neighbours');
  for (let tree = 0; tree < TREES; tree++) {
    for (const leaf of leavesOf(features, random)) {
      for (const i of leaf) keepNearest(features, found, i, leaf);
    }
  }
  return found;
}

/** The nearest of the nearest. */
export function fewerNeighbours({ count, indices, distances }: Neighbours, wanted: number): Neighbours {
  const isKept = (_: number, at: number): boolean => at % count < wanted;
  return { count: wanted, indices: indices.filter(isKept), distances: distances.filter(isKept) };
}

/** Takes those candidates among a row's nearest that are nearer than what is there. */
function keepNearest(features: Matrix, found: Neighbours, own: number, candidates: Int32Array): void {
  const { columns, data } = features;
  const { count, indices, distances } = found;
  const first = own * count;
  const last = first + count - 1;
  for (let c = 0; c < candidates.length; c++) {
    const other = candidates[c] as number;
    if (other === own) continue;
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const gap = (data[own * columns + k] as number) - (data[other * columns + k] as number);
      sum += gap * gap;
    }
    if (sum >= (distances[last] as number) || isThere(indices, first, last, other)) continue;
    let at = last;
    for (; at > first && (distances[at - 1] as number) > sum; at--) {
      distances[at] = distances[at - 1] as number;
      indices[at] = indices[at - 1] as number;
    }
    distances[at] = sum;
    indices[at] = other;
  }
}

function isThere(indices: Int32Array, first: number, last: number, other: number): boolean {
  for (let at = first; at <= last; at++) if (indices[at] === other) return true;
  return false;
}

/** Divides all rows into leaves, each time in halves along the line through two rows drawn by lot. */
function leavesOf(features: Matrix, random: Random): Int32Array[] {
  const leaves: Int32Array[] = [];
  const waiting: Int32Array[] = [Int32Array.from({ length: features.rows }, (_, i) => i)];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part.length <= MOST_IN_LEAF) leaves.push(part);
    else waiting.push(...halves(features, part, random));
  }
  return leaves;
}

function halves(features: Matrix, part: Int32Array, random: Random): [Int32Array, Int32Array] {
  const { columns, data } = features;
  const from = (part[random.below(part.length)] as number) * columns;
  const to = (part[random.below(part.length)] as number) * columns;
  const direction = Float64Array.from(
    { length: columns },
    (_, k) => (data[to + k] as number) - (data[from + k] as number),
  );
  const places = Float64Array.from(part, (row) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (direction[k] as number) * (data[row * columns + k] as number);
    return sum;
  });
  const order = Int32Array.from(part.keys()).sort((a, b) => (places[a] as number) - (places[b] as number));
  const sorted = order.map((at) => part[at] as number);
  const middle = part.length >> 1;
  return [sorted.slice(0, middle), sorted.slice(middle)];
}
