import { structuralSimilarity } from '@radweave/imaging';
import { midranks } from '@radweave/stats';

/** How alike two sets of maps are, slice by slice. */
export interface MapSimilarity {
  /** Mean of the slices' rank correlations; null when there is none. */
  spearman: number | null;
  /** Slices both of whose maps vary. */
  compared: number;
  /** Mean structural similarity of the maps, each divided by its largest value; null for slices under 11 pixels. */
  ssim: number | null;
}

/**
 * Spearman's rank correlation and structural similarity of maps of the same slices, as Adebayo et al. 2018
 * (arXiv:1810.03292) compare them.
 *
 * @param side height and width of the maps.
 */
export function mapSimilarity(
  first: readonly Float32Array[],
  second: readonly Float32Array[],
  side: number,
): MapSimilarity {
  const pairs = first.map((map, i): [Float32Array, Float32Array] => [map, second[i] ?? new Float32Array(0)]);
  const correlations = pairs.flatMap(([a, b]) => spearman(a, b) ?? []);
  const similarities = pairs.flatMap(
    ([a, b]) => structuralSimilarity(toUnit(a), toUnit(b), side, side) ?? [],
  );
  return { spearman: average(correlations), compared: correlations.length, ssim: average(similarities) };
}

/** Spearman's rank correlation; null when one side does not vary. */
export function spearman(a: Float32Array, b: Float32Array): number | null {
  const [x, y] = [midranks(a), midranks(b)];
  const middle = (a.length + 1) / 2;
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] ?? 0) - middle, (y[i] ?? 0) - middle];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  // Rounding may leave the quotient of equal maps just above 1.
  return xx === 0 || yy === 0 ? null : Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

function toUnit(map: Float32Array): Float32Array {
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  return largest === 0 ? map : map.map((value) => value / largest);
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
