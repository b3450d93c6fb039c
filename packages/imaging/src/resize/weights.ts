/** For each output position: the first input position, and the weights from there on, `taps` for each position. */
export interface Weights {
  readonly from: Int32Array;
  readonly taps: number;
  readonly weights: Int32Array | Float64Array;
}

/** PIL's fixed point for 8-bit images. */
export const PRECISION = 22;

/**
 * The triangle filter, which widens when shrinking, as in PIL's `precompute_coeffs` (libImaging/Resample.c): in fixed point for 8 bits.
 *
 * @param group `taps` is a multiple of it: weights that are too many are 0.
 */
export function triangleWeights(input: number, output: number, bitDepth: 8 | 16, group: number): Weights {
  const scale = input / output;
  const support = Math.max(scale, 1);
  const rows = Array.from({ length: output }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(input, Math.trunc(centre + support + 0.5));
    const raw = Float64Array.from({ length: last - first }, (_w, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / support)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return {
      first,
      weights: raw.map((w) => (bitDepth === 8 ? Math.round((w / sum) * 2 ** PRECISION) : w / sum)),
    };
  });
  const taps = group * Math.ceil(Math.max(...rows.map(({ weights }) => weights.length)) / group);
  const weights = bitDepth === 8 ? new Int32Array(output * taps) : new Float64Array(output * taps);
  // Near the end weights of 0 come first: nothing is read beyond it, but of an image narrower than a group.
  const from = Int32Array.from(rows, ({ first }) => Math.max(0, Math.min(first, input - taps)));
  for (const [i, row] of rows.entries()) weights.set(row.weights, i * taps + row.first - (from[i] as number));
  return { from, taps, weights };
}
