import { type Numbers, needBothClasses } from '../core/checks.ts';
import type { Outcome } from '../core/estimate.ts';
import { type CutPoints, cutPoints } from './cut-points.ts';

/** Points of a ROC curve from (0, 0) to (1, 1). */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** `score ≥ threshold` is positive; the first is Infinity (nobody is positive). */
  readonly thresholds: Float64Array;
}

/**
 * The empirical ROC curve, as scikit-learn's `roc_curve` (≥ 1.3, whose first threshold is Infinity).
 *
 * @param options.dropIntermediate leave out points inside straight segments (default true).
 */
export function rocCurve(
  labels: Numbers,
  scores: Numbers,
  options: { dropIntermediate?: boolean } = {},
): Outcome<RocCurve> {
  const cuts = cutPoints(labels, scores);
  const missing = needBothClasses(cuts, 'the ROC curve');
  if (missing !== undefined) return missing;
  const kept = (options.dropIntermediate ?? true) ? corners(cuts) : [...cuts.thresholds.keys()];
  const pick = (values: Float64Array, divisor: number): number[] =>
    kept.map((i) => (values[i] as number) / divisor);
  return {
    value: {
      falsePositiveRate: Float64Array.from([0, ...pick(cuts.falsePositives, cuts.negatives)]),
      truePositiveRate: Float64Array.from([0, ...pick(cuts.truePositives, cuts.positives)]),
      thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...pick(cuts.thresholds, 1)]),
    },
  };
}

/** The first, the last, and every point where the slope changes in counts (scikit-learn's rule). */
function corners(cuts: CutPoints): number[] {
  const bends = (counts: Float64Array, i: number): boolean =>
    (counts[i + 1] as number) - 2 * (counts[i] as number) + (counts[i - 1] as number) !== 0;
  const last = cuts.thresholds.length - 1;
  return [...cuts.thresholds.keys()].filter(
    (i) => i === 0 || i === last || bends(cuts.falsePositives, i) || bends(cuts.truePositives, i),
  );
}

/** The curve's height at a false-positive rate, by linear interpolation; the top of a vertical segment. */
export function sensitivityAt(curve: RocCurve, falsePositiveRate: number): number {
  const { falsePositiveRate: x, truePositiveRate: y } = curve;
  let right = x.length - 1;
  while (right > 0 && (x[right - 1] as number) > falsePositiveRate) right--;
  if (right === 0 || x[right] === falsePositiveRate) return y[right] as number;
  const left = right - 1;
  const share = (falsePositiveRate - (x[left] as number)) / ((x[right] as number) - (x[left] as number));
  return (y[left] as number) + share * ((y[right] as number) - (y[left] as number));
}
