import { checkScored, type Numbers } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { type ProportionOptions, proportion } from './proportion.ts';

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Patients cross-tabulated at a threshold: `score ≥ threshold` is positive. */
export function confusionAt(labels: Numbers, scores: Numbers, threshold: number): Confusion {
  checkScored(labels, scores);
  if (Number.isNaN(threshold)) throw new StatsInputError('threshold is NaN');
  let truePositives = 0;
  let falsePositives = 0;
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    positives += labels[i] as number;
    if ((scores[i] as number) < threshold) continue;
    if (labels[i] === 1) truePositives++;
    else falsePositives++;
  }
  const negatives = labels.length - positives;
  return {
    truePositives,
    falsePositives,
    trueNegatives: negatives - falsePositives,
    falseNegatives: positives - truePositives,
  };
}

/** What a confusion table says. Each n is the number's own denominator. */
export interface ConfusionMetrics {
  readonly accuracy: Estimate;
  readonly balancedAccuracy: Estimate;
  readonly sensitivity: Estimate;
  readonly specificity: Estimate;
  /** Positive predictive value (precision). */
  readonly ppv: Estimate;
  /** Negative predictive value. */
  readonly npv: Estimate;
  readonly f1: Estimate;
}

/**
 * The usual metrics of a confusion table. Proportions carry an exact (Clopper–Pearson) or Wilson interval;
 * balanced accuracy and F1 are no proportions: their interval comes from `bootstrapBinary`.
 */
export function confusionMetrics(table: Confusion, options: ProportionOptions = {}): ConfusionMetrics {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = table;
  const n = tp + fp + tn + fn;
  const sensitivity = proportion(tp, tp + fn, { ...options, empty: 'no-positive-patients' });
  const specificity = proportion(tn, tn + fp, { ...options, empty: 'no-negative-patients' });
  return {
    accuracy: proportion(tp + tn, n, { ...options, empty: 'no-patients' }),
    balancedAccuracy: average(sensitivity, specificity, n),
    sensitivity,
    specificity,
    ppv: proportion(tp, tp + fp, { ...options, empty: 'none-predicted-positive' }),
    npv: proportion(tn, tn + fn, { ...options, empty: 'none-predicted-negative' }),
    f1: f1Score(table),
  };
}

/** F1 = 2 TP / (2 TP + FP + FN); null when nobody is or is predicted positive. */
export function f1Score(table: Confusion): Estimate {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = table;
  if (tp + fp + fn === 0) return absent('none-positive');
  return { value: (2 * tp) / (2 * tp + fp + fn), n: tp + fp + tn + fn };
}

function average(a: Estimate, b: Estimate, n: number): Estimate {
  if (a.value === null) return a;
  if (b.value === null) return b;
  return { value: (a.value + b.value) / 2, n };
}
