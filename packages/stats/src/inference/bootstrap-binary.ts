import { checkSameLength, checkScored, type Numbers } from '../core/checks.ts';
import type { Outcome } from '../core/estimate.ts';
import { auc } from '../discrimination/auc.ts';
import { confusionAt, f1Score } from '../discrimination/confusion.ts';
import { averagePrecision } from '../discrimination/precision-recall.ts';
import { type BootstrapInterval, type BootstrapOptions, bootstrap } from './bootstrap.ts';

const METRICS = [
  'auc',
  'averagePrecision',
  'accuracy',
  'balancedAccuracy',
  'sensitivity',
  'specificity',
  'ppv',
  'npv',
  'f1',
  'brier',
] as const;

/** The metrics of a binary model that `bootstrapBinary` resamples. */
export type BinaryMetric = (typeof METRICS)[number];

/**
 * Bootstrap intervals of all metrics of a binary model at a threshold, stratified by label.
 *
 * @param options.strata finer strata (e.g. hospital numbers), combined with the label.
 */
export function bootstrapBinary(
  labels: Numbers,
  scores: Numbers,
  threshold: number,
  options: BootstrapOptions & { readonly strata?: Numbers },
): Record<BinaryMetric, Outcome<BootstrapInterval>> {
  checkScored(labels, scores);
  const { strata } = options;
  if (strata !== undefined) checkSameLength('labels', labels, 'strata', strata);
  const combined = Array.from(labels, (label, i) => label + 2 * (strata?.[i] ?? 0));
  return bootstrap<BinaryMetric>(
    combined,
    METRICS,
    (patients) => {
      const y = Uint8Array.from(patients, (i) => labels[i] as number);
      const p = Float64Array.from(patients, (i) => scores[i] as number);
      return measureBinary(y, p, threshold);
    },
    options,
  );
}

function measureBinary(
  labels: Uint8Array,
  scores: Float64Array,
  threshold: number,
): Record<BinaryMetric, number | null> {
  const table = confusionAt(labels, scores, threshold);
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = table;
  const sensitivity = ratio(tp, tp + fn);
  const specificity = ratio(tn, tn + fp);
  const squares = labels.reduce((sum, label, i) => sum + (label - (scores[i] as number)) ** 2, 0);
  return {
    auc: auc(labels, scores).value,
    averagePrecision: averagePrecision(labels, scores).value,
    accuracy: ratio(tp + tn, labels.length),
    balancedAccuracy: sensitivity === null || specificity === null ? null : (sensitivity + specificity) / 2,
    sensitivity,
    specificity,
    ppv: ratio(tp, tp + fp),
    npv: ratio(tn, tn + fn),
    f1: f1Score(table).value,
    brier: squares / labels.length,
  };
}

function ratio(top: number, bottom: number): number | null {
  return bottom === 0 ? null : top / bottom;
}
