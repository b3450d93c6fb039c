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
 * Points inside straight segments are left out.
 */
export function rocCurve(labels: Numbers, scores: Numbers): Outcome<RocCurve> {
  const cuts = cutPoints(labels, scores);
  const missing = needBothClasses(cuts, 'the ROC curve');
  return missing ?? { value: rocOfCuts(cuts) };
}

/** {@link rocCurve} of patients already counted at their cut points; both classes are among them. */
export function rocOfCuts(cuts: CutPoints): RocCurve {
  const kept = corners(cuts);
  const pick = (first: number, values: Float64Array, divisor: number): Float64Array => {
    const picked = new Float64Array(kept.length + 1);
    picked[0] = first;
    for (let k = 0; k < kept.length; k++) picked[k + 1] = (values[kept[k] as number] as number) / divisor;
    return picked;
  };
  return {
    falsePositiveRate: pick(0, cuts.falsePositives, cuts.negatives),
    truePositiveRate: pick(0, cuts.truePositives, cuts.positives),
    thresholds: pick(Number.POSITIVE_INFINITY, cuts.thresholds, 1),
  };
}

/**
 * The curve's heights at ascending false-positive rates, as {@link sensitivityAt} gives them on the curve of these cut points, in
 * one pass without making it.
 *
 * @param put takes each height, with its place among the rates.
 */
export function sensitivitiesOfCuts(
  cuts: CutPoints,
  rates: Float64Array,
  put: (place: number, height: number) => void,
): void {
  const kept = corners(cuts);
  let [x, y, place] = [0, 0, 0];
  for (let k = 0; k < kept.length; k++) {
    const at = kept[k] as number;
    const nextX = (cuts.falsePositives[at] as number) / cuts.negatives;
    const nextY = (cuts.truePositives[at] as number) / cuts.positives;
    const isLast = k === kept.length - 1;
    for (; place < rates.length && (isLast || nextX > (rates[place] as number)); place++) {
      const rate = rates[place] as number;
      put(place, nextX === rate ? nextY : y + ((rate - x) / (nextX - x)) * (nextY - y));
    }
    x = nextX;
    y = nextY;
  }
}

/** The first, the last, and every point where the slope changes in counts (scikit-learn's rule). */
function corners(cuts: CutPoints): Uint32Array {
  const bends = (counts: Float64Array, i: number): boolean =>
    (counts[i + 1] as number) - 2 * (counts[i] as number) + (counts[i - 1] as number) !== 0;
  const last = cuts.thresholds.length - 1;
  const kept = new Uint32Array(last + 1);
  let found = 0;
  for (let i = 0; i <= last; i++) {
    const isEnd = i === 0 || i === last;
    if (isEnd || bends(cuts.falsePositives, i) || bends(cuts.truePositives, i)) kept[found++] = i;
  }
  return kept.subarray(0, found);
}

/** The curve's height at a false-positive rate, by linear interpolation; the top of a vertical segment. */
export function sensitivityAt(curve: RocCurve, falsePositiveRate: number): number {
  const { falsePositiveRate: x, truePositiveRate: y } = curve;
  // The first point that lies further right, or the last one.
  let right = 0;
  for (let end = x.length - 1; right < end; ) {
    const middle = (right + end) >> 1;
    if ((x[middle] as number) > falsePositiveRate) end = middle;
    else right = middle + 1;
  }
  if (right === 0 || x[right] === falsePositiveRate) return y[right] as number;
  const left = right - 1;
  const share = (falsePositiveRate - (x[left] as number)) / ((x[right] as number) - (x[left] as number));
  return (y[left] as number) + share * ((y[right] as number) - (y[left] as number));
}
