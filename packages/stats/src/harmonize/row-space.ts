import { dot, gram, type Matrix, zeros } from '../core/matrix.ts';

/** A row of which less than this share of the longest row's square lies outside the span of those before adds rounding only. */
const RANK_TOLERANCE = 1e-10;

/**
 * Coordinates of rows in an orthonormal basis of the space the train rows span. L2-penalised linear models give the
 * same predictions there (their weights lie in that space), at the cost of n instead of thousands of features.
 * Tables with no more features than train rows are returned as they are.
 */
export function rowSpace(train: Matrix, others: Matrix): { train: Matrix; others: Matrix } {
  const { rows: n, columns } = train;
  if (columns <= n) return { train, others };
  const { factor, pivots } = choleskyOf(gram(train));
  const rank = pivots.length;
  const reduced = zeros(n, rank);
  for (let i = 0; i < n; i++) reduced.data.set(factor.subarray(i * n, i * n + rank), i * rank);
  const projected = zeros(others.rows, rank);
  for (let i = 0; i < others.rows; i++) {
    const own = projected.data.subarray(i * rank, (i + 1) * rank);
    for (const [k, row] of pivots.entries()) {
      const product = dot(others.data, i * columns, train.data, row * columns, columns);
      own[k] = (product - dot(factor, row * n, own, 0, k)) / (factor[row * n + k] as number);
    }
  }
  return { train: reduced, others: projected };
}

/**
 * Cholesky decomposition with pivots of the inner products of rows (Higham 2002, section 10.3): row i of the factor are the coordinates
 * of row i in the basis that Gram and Schmidt make of the pivot rows, in their order.
 *
 * @returns the factor, n × n, of which as many columns count as there are pivots.
 */
function choleskyOf({ rows: n, data }: Matrix): { factor: Float64Array; pivots: number[] } {
  const factor = new Float64Array(n * n);
  const left = Float64Array.from({ length: n }, (_, i) => data[i * n + i] as number);
  const least = RANK_TOLERANCE * left.reduce((most, value) => Math.max(most, value), 0);
  const pivots: number[] = [];
  const open = new Set(left.keys());
  while (open.size > 0) {
    const pivot = [...open].reduce((best, i) => ((left[i] as number) > (left[best] as number) ? i : best));
    if ((left[pivot] as number) <= least) break;
    const k = pivots.length;
    const length = Math.sqrt(left[pivot] as number);
    factor[pivot * n + k] = length;
    open.delete(pivot);
    for (const i of open) {
      const along = ((data[i * n + pivot] as number) - dot(factor, i * n, factor, pivot * n, k)) / length;
      factor[i * n + k] = along;
      left[i] = (left[i] as number) - along * along;
    }
    pivots.push(pivot);
  }
  return { factor, pivots };
}
