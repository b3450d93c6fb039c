import {
  checkOpenUnit,
  checkProbabilities,
  checkSameLength,
  checkScored,
  type Numbers,
  needBothClasses,
} from '../core/checks.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { mean, sampleVariance } from '../core/moments.ts';
import { intervalZ } from '../special/normal.ts';

/**
 * Continuous net reclassification improvement of `updated` over `reference` (Pencina et al. 2011), with the multinomial
 * standard error that Hmisc's `improveProb` uses. Positive: the new model is better. The interval is normal.
 */
export function netReclassification(
  labels: Numbers,
  reference: Numbers,
  updated: Numbers,
  level: number = 0.95,
): Estimate {
  return improvement(labels, reference, updated, level, {
    name: 'NRI',
    change: (before, after) => Math.sign(after - before),
    variance: populationVariance,
  });
}

/** Integrated discrimination improvement (Pencina et al. 2008), standard error as Hmisc's `improveProb`. */
export function integratedDiscrimination(
  labels: Numbers,
  reference: Numbers,
  updated: Numbers,
  level: number = 0.95,
): Estimate {
  return improvement(labels, reference, updated, level, {
    name: 'IDI',
    change: (before, after) => after - before,
    variance: sampleVariance,
  });
}

/** What counts as a change of one patient, and how changes vary. */
interface Rule {
  readonly name: 'NRI' | 'IDI';
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
): Estimate {
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
    return absent('same-changes', { what: name });
  }
  const value = mean(positive) - mean(negative);
  const standardError = Math.sqrt(
    variance(positive) / positive.length + variance(negative) / negative.length,
  );
  const half = intervalZ(level) * standardError;
  return { value, n: labels.length, lower: value - half, upper: value + half, level };
}

/** The multinomial variance of up (1), down (−1) and unchanged (0). */
function populationVariance(values: readonly number[]): number {
  return (sampleVariance(values) * (values.length - 1)) / values.length;
}
