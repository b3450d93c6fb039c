import { argmaxRows, type Matrix, matrixFrom, rowOf } from '@radweave/stats';

/**
 * The label that probabilities, one per class, are taken for: of two classes the positive one from the threshold on; without
 * a threshold, as with more than two, the most probable.
 */
export function predictedLabel(probabilities: ArrayLike<number>, threshold: number | null): number {
  if (threshold === null) return argmaxRows(matrixFrom([probabilities]))[0] ?? 0;
  return (probabilities[1] ?? Number.NaN) >= threshold ? 1 : 0;
}

/** {@link predictedLabel} of each patient of a table, patients × classes. */
export function predictedLabels(probabilities: Matrix, threshold: number | null): number[] {
  return Array.from({ length: probabilities.rows }, (_, i) =>
    predictedLabel(rowOf(probabilities, i), threshold),
  );
}
