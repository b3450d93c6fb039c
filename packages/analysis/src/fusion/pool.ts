import { DataError, type FeatureRow, readFeatures, resolveFeaturePath } from '@radweave/artifacts';

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
 * @throws DataError when an array is missing, damaged or of another shape than the table says.
 */
export function poolFeatures(rows: readonly FeatureRow[], tablePath: string, dims: number): PooledFeatures {
  const data = new Float32Array(rows.length * dims);
  rows.forEach(({ feature_path, num_slices }, row) => {
    const path = resolveFeaturePath(tablePath, feature_path);
    const { shape, data: slices } = readFeatures(path);
    if (shape[0] !== num_slices || shape[1] !== dims || num_slices === 0) {
      throw new DataError(
        'E_FEATURE_SHAPE',
        `the features have the shape (${shape.join(', ')}), expected (${num_slices}, ${dims})`,
        { where: path, hint: 'Extract the features of this modality again' },
      );
    }
    data.set(meanOverSlices(slices, dims), row * dims);
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
