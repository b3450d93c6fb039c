import { StatsInputError } from '../core/errors.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { checkMatrix, type Matrix, zeros } from '../core/matrix.ts';

/** Location and scale per feature. */
export interface StandardScaler {
  readonly mean: Float64Array;
  /** Population standard deviation; 1 for a feature that does not vary. */
  readonly scale: Float64Array;
}

/** Fits mean and population standard deviation, as scikit-learn's `StandardScaler`; constant features get scale 1. */
export function fitStandardScaler(features: Matrix): Outcome<StandardScaler> {
  checkMatrix('features', features);
  const { rows, columns, data } = features;
  if (rows === 0) return absent('none-to-standardise');
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) {
    mean[i % columns] = (mean[i % columns] as number) + (data[i] as number) / rows;
  }
  for (let i = 0; i < data.length; i++) {
    const deviation = (data[i] as number) - (mean[i % columns] as number);
    scale[i % columns] = (scale[i % columns] as number) + (deviation * deviation) / rows;
  }
  for (let j = 0; j < columns; j++) {
    const variance = scale[j] as number;
    // scikit-learn's bound on the rounding error of a variance: below it a feature counts as constant.
    const rounding = rows * Number.EPSILON * variance + (rows * (mean[j] as number) * Number.EPSILON) ** 2;
    scale[j] = variance <= rounding ? 1 : Math.sqrt(variance);
  }
  return { value: { mean, scale } };
}

/** (features − mean) / scale, in a new matrix. */
export function standardise(scaler: StandardScaler, features: Matrix): Matrix {
  checkMatrix('features', features);
  const { rows, columns, data } = features;
  if (columns !== scaler.mean.length) {
    throw new StatsInputError(
      `features have ${columns} columns, the scaler was fitted on ${scaler.mean.length}`,
    );
  }
  const scaled = zeros(rows, columns);
  for (let i = 0; i < data.length; i++) {
    const j = i % columns;
    scaled.data[i] = ((data[i] as number) - (scaler.mean[j] as number)) / (scaler.scale[j] as number);
  }
  return scaled;
}
