import type { Neighbours } from './neighbours.ts';

/** Symmetric affinities of pairs, row after row: `starts[i] … starts[i + 1]` are those of row i. */
export interface SparseAffinities {
  starts: Int32Array;
  columns: Int32Array;
  values: Float64Array;
}

/**
 * Gaussian similarities to the others of a row, as wide as the perplexity asks; they sum to 1. The precision at which the row's
 * entropy is log(perplexity) is found by bisection.
 *
 * @param distances squared, to the others.
 */
function conditionalRow(distances: Float64Array, perplexity: number): Float64Array {
  const entropy = Math.log(perplexity);
  const nearest = distances.reduce((least, distance) => Math.min(least, distance), Number.POSITIVE_INFINITY);
  const row = new Float64Array(distances.length);
  // Starting from the row's own scale, features of any unit need few steps.
  const spread = distances.reduce((sum, distance) => sum + distance - nearest, 0) / distances.length;
  let precision = spread > 0 ? 1 / spread : 1;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 100; attempt++) {
    let sum = 0;
    let mean = 0;
    for (let j = 0; j < row.length; j++) {
      const excess = (distances[j] as number) - nearest;
      const p = Math.exp(-precision * excess);
      row[j] = p;
      sum += p;
      mean += p * excess;
    }
    for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) / sum;
    const gap = Math.log(sum) + (precision * mean) / sum - entropy;
    if (Math.abs(gap) < 1e-5) break;
    if (gap > 0) low = precision;
    else high = precision;
    precision = high === Number.POSITIVE_INFINITY ? precision * 2 : (low + high) / 2;
  }
  return row;
}

/** Symmetrised conditional probabilities of nearest neighbours, in all 1; of all other pairs they count as 0. */
export function sparseAffinities(neighbours: Neighbours, perplexity: number): SparseAffinities {
  const { count, indices, distances } = neighbours;
  const rows = indices.length / count;
  const conditional = new Float64Array(indices.length);
  for (let i = 0; i < rows; i++) {
    const own = distances.subarray(i * count, (i + 1) * count);
    conditional.set(conditionalRow(own, perplexity), i * count);
  }
  const joint = symmetric(neighbours, conditional, (a, b) => a + b);
  return { ...joint, values: joint.values.map((value) => value / (2 * rows)) };
}

/**
 * The affinities of every pair of which one is the other's neighbour.
 *
 * @param own of each neighbour, in the order of the neighbours.
 * @param both the pair's, where each is the other's neighbour.
 */
export function symmetric(
  { count, indices }: Neighbours,
  own: Float64Array,
  both: (a: number, b: number) => number,
): SparseAffinities {
  const rows = indices.length / count;
  const incoming = reversed(indices, rows);
  const starts = new Int32Array(rows + 1);
  const columns = new Int32Array(2 * indices.length);
  const values = new Float64Array(2 * indices.length);
  /** Where in `columns` another row stands, counted from 1; of this row when not before its start. */
  const seen = new Int32Array(rows);
  let end = 0;
  for (let i = 0; i < rows; i++) {
    const start = end;
    const add = (other: number, value: number): void => {
      const at = (seen[other] as number) - 1;
      if (at >= start) {
        values[at] = both(values[at] as number, value);
        return;
      }
      columns[end] = other;
      values[end] = value;
      seen[other] = ++end;
    };
    for (let k = i * count; k < (i + 1) * count; k++) add(indices[k] as number, own[k] as number);
    for (let k = incoming.starts[i] as number; k < (incoming.starts[i + 1] as number); k++) {
      const place = incoming.places[k] as number;
      add(Math.floor(place / count), own[place] as number);
    }
    starts[i + 1] = end;
  }
  return { starts, columns: columns.slice(0, end), values: values.slice(0, end) };
}

/** For each row, at which places of the list it stands. */
function reversed(indices: Int32Array, rows: number): { starts: Int32Array; places: Int32Array } {
  const starts = new Int32Array(rows + 1);
  for (const row of indices) starts[row + 1] = (starts[row + 1] as number) + 1;
  for (let i = 0; i < rows; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const places = new Int32Array(indices.length);
  const next = starts.slice();
  for (const [place, row] of indices.entries()) {
    const at = next[row] as number;
    places[at] = place;
    next[row] = at + 1;
  }
  return { starts, places };
}
