import { dot, gram, type Matrix, zeros } from '../core/matrix.ts';
import { symmetricEigen } from '../linear/eigen.ts';

/** Singular values below this share of the largest are rounding. */
const RANK_TOLERANCE = 1e-7;

/**
 * Coordinates of rows in an orthonormal basis of the space the train rows span. L2-penalised linear models give the
 * same predictions there (their weights lie in that space), at the cost of n instead of thousands of features.
 * Tables with no more features than train rows are returned as they are.
 */
export function rowSpace(train: Matrix, others: Matrix): { train: Matrix; others: Matrix } {
  const { rows: n, columns } = train;
  if (columns <= n) return { train, others };
  const { values, vectors } = symmetricEigen(gram(train));
  const singular = Array.from(values, (value) => Math.sqrt(Math.max(0, value)));
  const rank = singular.filter((value) => value > RANK_TOLERANCE * (singular[0] ?? 0)).length;
  const reduced = zeros(n, rank);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < rank; k++) {
      reduced.data[i * rank + k] = (vectors.data[k * n + i] as number) * (singular[k] as number);
    }
  }
  const projected = zeros(others.rows, rank);
  for (let i = 0; i < others.rows; i++) {
    const products = Float64Array.from({ length: n }, (_, t) =>
      dot(others.data, i * columns, train.data, t * columns, columns),
    );
    for (let k = 0; k < rank; k++) {
      projected.data[i * rank + k] = dot(products, 0, vectors.data, k * n, n) / (singular[k] as number);
    }
  }
  return { train: reduced, others: projected };
}
