import type { FeatureRow } from '@radweave/artifacts';
import { type RecordedArrays, readRecordedFeatures } from '../features/recorded.ts';

/** Patients × dims, float32, row after row. */
export interface PooledFeatures {
  dims: number;
  data: Float32Array;
}

/**
 * The mean over a patient's slices: float64 sums, stored as float32 like the features themselves.
 *
 * @param slices slices × dims, row after row.
 */
export function meanOverSlices(slices: Float32Array, dims: number): Float32Array {
  const count = slices.length / dims;
  const sums = new Float64Array(dims);
  slices.forEach((value, i) => {
    sums[i % dims] = (sums[i % dims] ?? 0) + value;
  });
  return Float32Array.from(sums, (sum) => sum / count);
}

/**
 * Reads and pools the features of the patients of a table.
 *
 * @param tablePath The table the rows come from, for arrays that were moved with it.
 * @throws DataError as {@link readRecordedFeatures}.
 */
export function poolFeatures(
  rows: readonly FeatureRow[],
  tablePath: string,
  recorded: RecordedArrays,
): PooledFeatures {
  const { dims } = recorded;
  const data = new Float32Array(rows.length * dims);
  rows.forEach((row, index) => {
    data.set(meanOverSlices(readRecordedFeatures(row, tablePath, recorded), dims), index * dims);
  });
  return { dims, data };
}

/** Puts the rows where `isThere`, in their order, and NaN between them. */
export function spreadRows({ dims, data }: PooledFeatures, isThere: readonly boolean[]): PooledFeatures {
  const spread = new Float32Array(isThere.length * dims).fill(Number.NaN);
  let next = 0;
  isThere.forEach((is, row) => {
    if (!is) return;
    spread.set(data.subarray(next * dims, (next + 1) * dims), row * dims);
    next++;
  });
  return { dims, data: spread };
}
