import type { Outcome } from '../core/estimate.ts';
import type { Matrix } from '../core/matrix.ts';
import { fitStandardScaler, standardise } from '../linear/scaler.ts';
import { type Frozen, freeze } from './frozen.ts';
import { checkRowCount, type FitRow, homeRows } from './rows.ts';

/** Fits a standard scaler on home patients, one row of features each. */
export function freezeScaler(rows: readonly FitRow[], features: Matrix): Outcome<Frozen<'scaler'>> {
  const fittedOn = homeRows('scaler', rows);
  checkRowCount(rows, features);
  const scaler = fitStandardScaler(features);
  if (scaler.value === null) return scaler;
  const value = { mean: Array.from(scaler.value.mean), scale: Array.from(scaler.value.scale) };
  return { value: freeze('scaler', value, fittedOn) };
}

export function applyScaler(frozen: Frozen<'scaler'>, features: Matrix): Matrix {
  const { mean, scale } = frozen.value;
  return standardise({ mean: Float64Array.from(mean), scale: Float64Array.from(scale) }, features);
}
