import {
  checkOpenUnit,
  checkProbabilities,
  checkSameLength,
  checkScored,
  type Numbers,
  needBothClasses,
} from '../core/checks.ts';
import { absent, type Known, type Outcome } from '../core/estimate.ts';
import { mean, sampleVariance } from '../core/moments.ts';
import { intervalZ, twoSidedP } from '../special/normal.ts';

/** A reclassification index with its parts. */
export interface Reclassification {
  /** Positive: the new model is better. The interval is normal. */
  readonly index: Known;
  /** The share due to positive patients, and to negative ones. */
  readonly events: number;
  readonly nonEvents: number;
  readonly standardError: number;
  /** Two-sided p-value of index = 0; null where the standard error is 0. */
  readonly pValue: number | null;
}

/** Models on the same patients, the level of the interval. */
export interface ReclassificationOptions {
  readonly level?: number;
  /** A threshold makes the NRI categorical; without one any change of probability counts (continuous NRI). */
  readonly threshold?: number;
}

/**
 * Net reclassification improvement of `updated` over `reference`: categorical at a threshold (Pencina et al. 2008)
 * or continuous (Pencina et al. 2011), with the multinomial standard error that Hmisc's `improveProb` uses.
 */
export function netReclassification(
  labels: Numbers,
  reference: Numbers,
  updated: Numbers,
  options: ReclassificationOptions = {},
): Outcome<Reclassification> {
  const { threshold } = options;
  if (threshold !== undefined) checkOpenUnit('threshold', threshold);
  const category = (p: number): number => (threshold === undefined ? p : p >= threshold ? 1 : 0);
  const change = (before: number, after: number): number => Math.sign(category(after) - category(before));
  return improvement(labels, reference, updated, options.level ?? 0.95, {
    name: 'NRI',
    change,
    variance: populationVariance,
  });
}

/** Integrated discrimination improvement (Pencina et al. 2008), standard error as Hmisc's `improveProb`. */
export function integratedDiscrimination(
  labels: Numbers,
  reference: Numbers,
  updated: Numbers,
  options: { level?: number } = {},
): Outcome<Reclassification> {
  const change = (before: number, after: number): number => after - before;
  return improvement(labels, reference, updated, options.level ?? 0.95, {
    name: 'IDI',
    change,
    variance: sampleVariance,
  });
}

/** What counts as a change of one patient, and how changes vary. */
interface Rule {
  readonly name: string;
  readonly change: (before: number, after: number) => number;
  readonly variance: (changes: readonly number[]) => number;
}

/** Mean change among positives minus mean change among negatives. */
function improvement(
  labels: Numbers,
  reference: Numbers,
  updated: Numbers,
  level: number,
  { name, change, variance }: Rule,
): Outcome<Reclassification> {
  checkOpenUnit('level', level);
  checkSameLength('reference', reference, 'updated', updated);
  checkProbabilities('reference', reference);
  checkProbabilities('updated', updated);
  const missing = needBothClasses(checkScored(labels, updated), name, 2);
  if (missing !== undefined) return missing;
  const changes = (label: number): number[] =>
    Array.from(labels).flatMap((own, i) =>
      own === label ? [change(reference[i] as number, updated[i] as number)] : [],
    );
  const positive = changes(1);
  const negative = changes(0);
  if (positive.every((value) => value === 0) && negative.every((value) => value === 0)) {
    return absent(`${name}: both models agree on every patient`);
  }
  const events = mean(positive);
  const nonEvents = -mean(negative);
  const value = events + nonEvents;
  const standardError = Math.sqrt(
    variance(positive) / positive.length + variance(negative) / negative.length,
  );
  const half = intervalZ(level) * standardError;
  return {
    value: {
      index: { value, n: labels.length, lower: value - half, upper: value + half, level },
      events,
      nonEvents,
      standardError,
      pValue: standardError > 0 ? twoSidedP(value / standardError) : null,
    },
  };
}

/** The multinomial variance of up (1), down (−1) and unchanged (0). */
function populationVariance(values: readonly number[]): number {
  return (sampleVariance(values) * (values.length - 1)) / values.length;
}
