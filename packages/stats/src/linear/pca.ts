import { checkCount } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { checkMatrix, dot, gram, type Matrix, rowOf, transpose, zeros } from '../core/matrix.ts';
import { type Eigen, symmetricEigen } from './eigen.ts';
import { leadingEigen } from './leading-eigen.ts';

export interface Pca {
  readonly mean: Float64Array;
  /** Components × features; unit rows, the entry of largest magnitude positive. */
  readonly components: Matrix;
  /** Variance (divisor n − 1) along each component. */
  readonly explainedVariance: Float64Array;
  readonly explainedVarianceRatio: Float64Array;
}

/** Up to so many patients or features, whichever are fewer, every component is computed; of more, only those asked for. */
const WHOLE_UP_TO = 500;

/** Residual of components, as a share of the largest variance: near rounding. */
const TOLERANCE = 1e-12;

/**
 * Principal components from the thin singular value decomposition of the centred features, taken from their product with
 * themselves. Good for plots: components whose singular value is below 1e-7 of the largest are rounding noise. Signs as
 * scikit-learn ≥ 1.5: each component's entry of largest magnitude is positive.
 *
 * @param features patients × features.
 * @param components how many; at most min(patients − 1, features).
 * @param tolerance where only the leading components are computed: see {@link leadingEigen}. A larger one is for those who want a
 *   good plane, and not the very components.
 * @returns null with the reason when there are too few patients or nothing varies.
 */
export function fitPca(features: Matrix, components: number, tolerance: number = TOLERANCE): Outcome<Pca> {
  checkMatrix('features', features);
  checkCount('components', components, 1);
  const { rows, columns } = features;
  if (components > Math.min(rows - 1, columns)) {
    return absent('many-components', { components, patients: rows, features: columns });
  }
  const { mean, centred } = centre(features);
  const isLarge = Math.min(rows, columns) > WHOLE_UP_TO;
  const {
    values,
    vectors: axes,
    total,
  } = isLarge
    ? { ...leadingEigen(centred, components, tolerance), total: squaresOf(centred) }
    : wholeEigen(centred, components);
  if (total === 0) return absent('features-constant');
  for (let k = 0; k < components; k++) orient(rowOf(axes, k));
  const kept = values.slice(0, components).map((value) => Math.max(0, value));
  return {
    value: {
      mean,
      components: axes,
      explainedVariance: kept.map((value) => value / (rows - 1)),
      explainedVarianceRatio: kept.map((value) => value / total),
    },
  };
}

/** All eigenvalues of the product, the sum of them, and the first eigenvectors, from the smaller of the two products. */
function wholeEigen(centred: Matrix, components: number): Eigen & { total: number } {
  const { rows, columns } = centred;
  const wide = columns > rows;
  const { values, vectors } = symmetricEigen(gram(wide ? centred : transpose(centred)));
  const axes = zeros(components, columns);
  for (let k = 0; k < components; k++) {
    if (wide) combineRows(centred, rowOf(vectors, k), rowOf(axes, k));
    else rowOf(axes, k).set(rowOf(vectors, k));
  }
  return { values, vectors: axes, total: values.reduce((sum, value) => sum + Math.max(0, value), 0) };
}

/** The sum of all eigenvalues of the product. */
function squaresOf({ data }: Matrix): number {
  return data.reduce((sum, value) => sum + value * value, 0);
}

/** Coordinates of patients on the components: patients × components. */
export function pcaTransform(pca: Pca, features: Matrix): Matrix {
  checkMatrix('features', features);
  const { components, mean } = pca;
  if (features.columns !== components.columns) {
    throw new StatsInputError(
      `features have ${features.columns} columns, the PCA was fitted on ${components.columns}`,
    );
  }
  const coordinates = zeros(features.rows, components.rows);
  for (let i = 0; i < features.rows; i++) {
    const centred = rowOf(features, i).map((value, j) => value - (mean[j] as number));
    for (let k = 0; k < components.rows; k++) {
      coordinates.data[i * components.rows + k] = dot(
        centred,
        0,
        components.data,
        k * components.columns,
        components.columns,
      );
    }
  }
  return coordinates;
}

/** The features with each column's mean taken away. */
export function centre(features: Matrix): { mean: Float64Array; centred: Matrix } {
  const { rows, columns, data } = features;
  // Summed as differences from the first row, so that constant columns become exactly 0.
  const mean = data.slice(0, columns);
  for (let i = 0; i < data.length; i++) {
    const j = i % columns;
    mean[j] = (mean[j] as number) + ((data[i] as number) - (data[j] as number)) / rows;
  }
  const centred = { rows, columns, data: data.map((value, i) => value - (mean[i % columns] as number)) };
  return { mean, centred };
}

function combineRows(matrix: Matrix, weights: Float64Array, target: Float64Array): void {
  for (let i = 0; i < matrix.rows; i++) {
    const row = rowOf(matrix, i);
    for (let j = 0; j < target.length; j++) {
      target[j] = (target[j] as number) + (weights[i] as number) * (row[j] as number);
    }
  }
}

/** Scales to unit length with the entry of largest magnitude positive. */
function orient(axis: Float64Array): void {
  const length = Math.sqrt(dot(axis, 0, axis, 0, axis.length));
  const peak = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  const scale = length === 0 ? 0 : Math.sign(peak) / length;
  for (let j = 0; j < axis.length; j++) axis[j] = (axis[j] as number) * scale;
}
