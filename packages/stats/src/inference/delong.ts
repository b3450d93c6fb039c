import { remark } from '@radweave/remarks';
import {
  checkOpenUnit,
  checkSameLength,
  checkScored,
  type Numbers,
  needBothClasses,
} from '../core/checks.ts';
import { absent, type Estimate, type Outcome } from '../core/estimate.ts';
import { mean, sampleCovariance, sampleVariance } from '../core/moments.ts';
import { midranks } from '../core/order.ts';
import { intervalZ, twoSidedP } from '../special/normal.ts';

/** Each patient's placement: how the patient's score ranks among those of the other class. */
interface Placements {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** Structural components by midranks, in n log n (Sun & Xu 2014, IEEE Signal Processing Letters 21:1389). */
function placements(labels: Numbers, scores: Numbers): Placements {
  const of = (label: number): number[] => [...Array(labels.length).keys()].filter((i) => labels[i] === label);
  const positive = of(1);
  const negative = of(0);
  const among = midranks(scores);
  const place = (own: number[], others: number, flip: boolean): Float64Array => {
    const within = midranks(own.map((i) => scores[i] as number));
    return Float64Array.from(own, (i, k) => {
      const share = ((among[i] as number) - (within[k] as number)) / others;
      return flip ? 1 - share : share;
    });
  };
  return {
    positives: place(positive, negative.length, false),
    negatives: place(negative, positive.length, true),
  };
}

function variance(placed: Placements): number {
  return (
    sampleVariance(placed.positives) / placed.positives.length +
    sampleVariance(placed.negatives) / placed.negatives.length
  );
}

/**
 * AUC with the normal interval of DeLong, DeLong & Clarke-Pearson (1988), clipped to 0–1 as pROC's `ci.auc`.
 * Where the variance is 0 (an AUC of 0 or 1, or one score for everybody) the interval has no width and says nothing of the
 * uncertainty, nor does the bootstrap's: the note says so.
 *
 * @returns null with the reason for fewer than two patients of a class.
 */
export function delongAuc(labels: Numbers, scores: Numbers, level: number): Estimate {
  checkOpenUnit('level', level);
  const missing = needBothClasses(checkScored(labels, scores), 'the DeLong interval', 2);
  if (missing !== undefined) return missing;
  const placed = placements(labels, scores);
  const value = mean(placed.positives);
  const spread = variance(placed);
  const half = intervalZ(level) * Math.sqrt(spread);
  const estimate = {
    value,
    n: labels.length,
    lower: Math.max(0, value - half),
    upper: Math.min(1, value + half),
    level,
  };
  if (spread > 0) return estimate;
  const note = value === 0 || value === 1 ? remark('auc-exact', { value }) : remark('same-rank');
  return { ...estimate, note };
}

/** The comparison of two models on the same patients. */
export interface AucComparison {
  /** AUC of the first minus AUC of the second, with its interval. */
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  readonly z: number;
  readonly pValue: number;
  readonly n: number;
}

/** The paired DeLong test of two models' AUC on the same patients, as pROC's `roc.test(paired = TRUE)`. */
export function delongTest(
  labels: Numbers,
  first: Numbers,
  second: Numbers,
  level = 0.95,
): Outcome<AucComparison> {
  checkOpenUnit('level', level);
  checkSameLength('first', first, 'second', second);
  checkScored(labels, second);
  const missing = needBothClasses(checkScored(labels, first), 'the DeLong test', 2);
  if (missing !== undefined) return missing;
  const a = placements(labels, first);
  const b = placements(labels, second);
  const gap = (left: Float64Array, right: Float64Array): Float64Array =>
    left.map((value, i) => value - (right[i] as number));
  const gaps = { positives: gap(a.positives, b.positives), negatives: gap(a.negatives, b.negatives) };
  const difference = mean(a.positives) - mean(b.positives);
  const standardError = Math.sqrt(variance(gaps));
  // Placements are multiples of 1 / (2 × class size): a smaller spread than this is rounding.
  if (standardError < 1e-12) return absent('same-ranking');
  const z = difference / standardError;
  const half = intervalZ(level) * standardError;
  const pValue = twoSidedP(z);
  const n = labels.length;
  return {
    value: {
      difference,
      lower: difference - half,
      upper: difference + half,
      z,
      pValue,
      n,
    },
  };
}

/** Variance–covariance of the AUCs of several models on the same patients (models × models, nested arrays). */
export function delongCovariance(labels: Numbers, models: readonly Numbers[]): Outcome<number[][]> {
  for (const scores of models) {
    const missing = needBothClasses(checkScored(labels, scores), 'the DeLong covariance', 2);
    if (missing !== undefined) return missing;
  }
  const placed = models.map((scores) => placements(labels, scores));
  const covariance = (a: Placements, b: Placements): number =>
    sampleCovariance(a.positives, b.positives) / a.positives.length +
    sampleCovariance(a.negatives, b.negatives) / a.negatives.length;
  return { value: placed.map((a) => placed.map((b) => covariance(a, b))) };
}
