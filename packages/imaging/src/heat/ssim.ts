/** Standard deviation and radius of the window, and the constants, as in the paper. */
const SIGMA = 1.5;
const RADIUS = 5;
const [C1, C2] = [0.01 ** 2, 0.03 ** 2];

/**
 * Structural similarity of two images with values 0–1 (Wang et al. 2004): Gaussian window of 11 × 11, mean over the
 * positions where it fits. 1 for equal images.
 *
 * @returns null when the images are smaller than the window.
 * @throws RangeError when the arrays are not width × height long.
 */
export function structuralSimilarity(
  a: Float32Array,
  b: Float32Array,
  width: number,
  height: number,
): number | null {
  if (a.length !== width * height || b.length !== a.length) {
    throw new RangeError(`${width}×${height} values expected, got ${a.length} and ${b.length}`);
  }
  if (width <= 2 * RADIUS || height <= 2 * RADIUS) return null;
  const smooth = (value: (i: number) => number): Float64Array =>
    blur(
      Float64Array.from(a, (_, i) => value(i)),
      width,
      height,
    );
  const at = (values: Float32Array, i: number): number => values[i] as number;
  const meanA = smooth((i) => at(a, i));
  const meanB = smooth((i) => at(b, i));
  const squareA = smooth((i) => at(a, i) ** 2);
  const squareB = smooth((i) => at(b, i) ** 2);
  const product = smooth((i) => at(a, i) * at(b, i));
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const [ma, mb] = [meanA[i] as number, meanB[i] as number];
    const variances = (squareA[i] as number) - ma * ma + (squareB[i] as number) - mb * mb;
    const covariance = (product[i] as number) - ma * mb;
    sum += ((2 * ma * mb + C1) * (2 * covariance + C2)) / ((ma * ma + mb * mb + C1) * (variances + C2));
  }
  return sum / meanA.length;
}

/** Gaussian mean where the window fits: (height − 2·RADIUS) × (width − 2·RADIUS) values. */
function blur(values: Float64Array, width: number, height: number): Float64Array {
  const raw = Array.from({ length: 2 * RADIUS + 1 }, (_, k) =>
    Math.exp(-((k - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = raw.map((weight) => weight / total);
  const narrow = width - 2 * RADIUS;
  const rows = new Float64Array(narrow * height);
  for (let i = 0; i < rows.length; i++) {
    rows[i] = weighted(values, Math.floor(i / narrow) * width + (i % narrow), 1, weights);
  }
  const out = new Float64Array(narrow * (height - 2 * RADIUS));
  for (let i = 0; i < out.length; i++) out[i] = weighted(rows, i, narrow, weights);
  return out;
}

function weighted(values: Float64Array, start: number, step: number, weights: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++)
    sum += (weights[k] as number) * (values[start + k * step] as number);
  return sum;
}
