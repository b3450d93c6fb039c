import { remark } from '@radweave/remarks';
import { checkOpenUnit, checkScored, type Numbers, needBothClasses } from '../core/checks.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { intervalZ } from '../special/normal.ts';
import { logisticLine } from './line.ts';
import { LOGIT_CLIP, logits } from './logit.ts';

/** Logistic recalibration (Cox 1958). */
export interface Recalibration {
  /** Slope of the outcome on the log-odds; 1 is ideal, below 1 is overfitted. */
  readonly slope: Estimate;
  /** Intercept with the slope fixed at 1 (calibration-in-the-large); 0 is ideal, below 0 is overestimated risk. */
  readonly intercept: Estimate;
}

/**
 * Calibration slope and calibration-in-the-large with Wald intervals, as unpenalised logistic regression (with the
 * log-odds as covariate, and as offset). Probabilities of 0 and 1 are clipped and the note counts them.
 *
 * @returns null with the reason for one class, equal probabilities, or classes the model separates perfectly.
 */
export function recalibration(labels: Numbers, probabilities: Numbers, level = 0.95): Recalibration {
  checkOpenUnit('level', level);
  const missing = needBothClasses(checkScored(labels, probabilities), 'calibration');
  if (missing !== undefined) return { slope: missing, intercept: missing };
  const { values, clipped } = logits(probabilities);
  const z = intervalZ(level);
  const estimate = (value: number, variance: number): Estimate => {
    const half = z * Math.sqrt(variance);
    const known = { value, n: labels.length, lower: value - half, upper: value + half, level };
    if (clipped === 0) return known;
    return {
      ...known,
      note: remark('clipped', { clip: LOGIT_CLIP, n: clipped }),
    };
  };
  const large = logisticLine(values, labels, true);
  const intercept =
    large === undefined ? absent('intercept-diverges') : estimate(large.intercept, large.interceptVariance);
  const obstacle = slopeObstacle(labels, values);
  if (obstacle !== undefined) return { slope: absent(obstacle), intercept };
  const line = logisticLine(values, labels);
  const slope = line === undefined ? absent('slope-diverges') : estimate(line.slope, line.slopeVariance);
  return { slope, intercept };
}

/** Why the slope has no finite value, if so. */
function slopeObstacle(
  labels: Numbers,
  values: Float64Array,
): 'same-probability' | 'classes-separated' | undefined {
  const of = (label: number): Float64Array => values.filter((_, i) => labels[i] === label);
  const range = (side: Float64Array): { low: number; high: number } => ({
    low: side.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    high: side.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  });
  const positive = range(of(1));
  const negative = range(of(0));
  const low = Math.min(positive.low, negative.low);
  if (low === Math.max(positive.high, negative.high)) return 'same-probability';
  const isSeparated = negative.high <= positive.low || positive.high <= negative.low;
  return isSeparated ? 'classes-separated' : undefined;
}
