import type { EvaluationRow } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import {
  auc,
  averagePrecision,
  bootstrapBinary,
  brierScore,
  confusionAt,
  confusionMetrics,
  delongAuc,
  type Estimate,
  expectedCalibrationError,
  f1Score,
  recalibration,
} from '@radweave/stats';
import { calibrationError, record, withInterval } from './estimate.ts';
import type { BinaryView, StatOptions } from './group.ts';

export type RowNumbers = Omit<
  EvaluationRow,
  'model' | 'split' | 'hospital' | 'n' | 'threshold' | 'in_sample' | 'note'
>;

/** `predicted` is 0 or 1, so that any cut between them gives the model's own decisions. */
const DECIDED = 0.5;

/**
 * All numbers of one class against the rest. Ranking numbers (AUC, average precision) come from the probabilities before
 * calibration, decisions from the frozen threshold (or the most probable of several classes), Brier score and calibration
 * from the probabilities after it.
 *
 * @param strata a number per hospital; resampling keeps hospital × label.
 */
export function binaryMetrics(view: BinaryView, strata: Int32Array, options: StatOptions): RowNumbers {
  const { labels, scores, probabilities, predicted } = view;
  const { level, method, seed, replicates } = options;
  const table = confusionAt(labels, predicted, DECIDED);
  const metrics = confusionMetrics(table, { method, level });
  const resampling = { seed, replicates, level, strata, predicted, probabilities };
  const intervals = bootstrapBinary(labels, scores, DECIDED, resampling);
  const { slope, intercept } = recalibration(labels, probabilities, level);
  return {
    positive_label: view.positiveLabel,
    n_positive: table.truePositives + table.falseNegatives,
    auc: record(aucEstimate(labels, scores, level)),
    auc_bootstrap: withInterval(auc(labels, scores), intervals.auc),
    average_precision: withInterval(averagePrecision(labels, scores), intervals.averagePrecision),
    accuracy: record(metrics.accuracy),
    balanced_accuracy: withInterval(metrics.balancedAccuracy, intervals.balancedAccuracy),
    sensitivity: record(metrics.sensitivity),
    specificity: record(metrics.specificity),
    ppv: record(metrics.ppv),
    npv: record(metrics.npv),
    f1: withInterval(f1Score(table), intervals.f1),
    brier: withInterval(brierScore(labels, probabilities), intervals.brier),
    calibration_slope: record(slope),
    calibration_intercept: record(intercept),
    ece: calibrationError(expectedCalibrationError(labels, probabilities), intervals.ece),
  };
}

/** With DeLong's interval; too few patients for one leave the AUC, with the reason beside it. */
export function aucEstimate(labels: Uint8Array, scores: Float64Array, level: number): Estimate {
  const withDelong = delongAuc(labels, scores, level);
  if (withDelong.value !== null) return withDelong;
  const plain = auc(labels, scores);
  return plain.value === null
    ? plain
    : { ...plain, note: remark('no-interval', { reason: withDelong.reason }) };
}
