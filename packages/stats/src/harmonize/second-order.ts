import { type Matrix, sideBySide, zeros } from '../core/matrix.ts';
import { fitPca, pcaTransform } from '../linear/pca.ts';
import { fitStandardScaler, standardise } from '../linear/scaler.ts';

/** Leading principal components whose squares and products are added. */
const COMPONENTS = 5;

/**
 * Adds the squares and products of the train rows' leading principal components as columns. ComBat makes means equal,
 * and a linear classifier sees nothing else: without these columns, sites of another covariance would pass for alike.
 */
export function withSecondOrder(train: Matrix, others: Matrix): { train: Matrix; others: Matrix } {
  const pca = fitPca(train, Math.max(1, Math.min(COMPONENTS, train.rows - 1, train.columns))).value;
  if (pca === null) return { train, others };
  const own = products(pcaTransform(pca, train));
  const scaler = fitStandardScaler(own).value;
  if (scaler === null) return { train, others };
  // Both groups of columns weigh the same under the common penalty, however many features there are.
  const weight = Math.sqrt(Math.max(1, train.columns / own.columns));
  const beside = (first: Matrix, pairs: Matrix): Matrix => {
    const second = standardise(scaler, pairs);
    const data = second.data.map((value) => weight * value);
    return sideBySide(first.rows, [first, { ...second, data }]);
  };
  return { train: beside(train, own), others: beside(others, products(pcaTransform(pca, others))) };
}

function products({ rows, columns, data }: Matrix): Matrix {
  const pairs = Array.from({ length: columns }, (_, i) => i).flatMap((i) =>
    Array.from({ length: i + 1 }, (_, j): [number, number] => [i, j]),
  );
  const made = zeros(rows, pairs.length);
  for (let row = 0; row < rows; row++) {
    for (const [k, [i, j]] of pairs.entries()) {
      made.data[row * pairs.length + k] =
        (data[row * columns + i] as number) * (data[row * columns + j] as number);
    }
  }
  return made;
}
