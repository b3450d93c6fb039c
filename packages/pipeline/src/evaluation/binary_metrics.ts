import type { EvaluationRow } from '@radweave/artifacts';
import {
  auc,
  averagePrecision,
  type BootstrapInterval,
  bootstrap,
  bootstrapBinary,
  brierScore,
  confusionAt,
  confusionMetrics,
  delongAuc,
  type Estimate,
  expectedCalibrationError,
  f1Score,
  type Outcome,
  recalibration,
} from '@radweave/stats';
import { record, withInterval } from './estimate.ts';
import type { BinaryView, StatOptions } from './group.ts';

/** The numbers of a row. */
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
  const ranking = bootstrapBinary(labels, scores, DECIDED, { seed, replicates, level, strata });
  const deciding = decisionIntervals(view, strata, options);
  const { slope, intercept } = recalibration(labels, probabilities, level);
  return {
    positive_label: view.positiveLabel,
    n_positive: table.truePositives + table.falseNegatives,
    auc: record(aucEstimate(labels, scores, level)),
    auc_bootstrap: withInterval(auc(labels, scores), ranking.auc),
    average_precision: withInterval(averagePrecision(labels, scores), ranking.averagePrecision),
    accuracy: record(metrics.accuracy),
    balanced_accuracy: withInterval(metrics.balancedAccuracy, deciding.balancedAccuracy),
    sensitivity: record(metrics.sensitivity),
    specificity: record(metrics.specificity),
    ppv: record(metrics.ppv),
    npv: record(metrics.npv),
    f1: withInterval(f1Score(table), deciding.f1),
    brier: withInterval(brierScore(labels, probabilities), deciding.brier),
    calibration_slope: record(slope),
    calibration_intercept: record(intercept),
    ece: record(expectedCalibrationError(labels, probabilities)),
  };
}

/** With DeLong's interval; too few patients for one leave the AUC, with the reason beside it. */
export function aucEstimate(labels: Uint8Array, scores: Float64Array, level: number): Estimate {
  const withDelong = delongAuc(labels, scores, level);
  if (withDelong.value !== null) return withDelong;
  const plain = auc(labels, scores);
  return plain.value === null ? plain : { ...plain, note: `no interval: ${withDelong.reason}` };
}

type Decided = 'balancedAccuracy' | 'f1' | 'brier';

/**
 * Intervals of what is no proportion. The decisions are resampled as they were taken, and the Brier score from the
 * probabilities after calibration, which `bootstrapBinary` (one score, one threshold) does not know.
 */
function decisionIntervals(
  { labels, predicted, probabilities }: BinaryView,
  strata: Int32Array,
  { seed, replicates, level }: StatOptions,
): Record<Decided, Outcome<BootstrapInterval>> {
  const errors = probabilities.map((p, i) => ((labels[i] ?? 0) - p) ** 2);
  const combined = Array.from(labels, (label, i) => label + 2 * (strata[i] ?? 0));
  const measure = (patients: Uint32Array): Record<Decided, number | null> => {
    const own = Uint8Array.from(patients, (i) => labels[i] ?? 0);
    const table = confusionAt(
      own,
      Uint8Array.from(patients, (i) => predicted[i] ?? 0),
      DECIDED,
    );
    const positives = table.truePositives + table.falseNegatives;
    const negatives = table.trueNegatives + table.falsePositives;
    const isBoth = positives > 0 && negatives > 0;
    const brier = patients.reduce((sum, i) => sum + (errors[i] ?? Number.NaN), 0) / patients.length;
    return {
      balancedAccuracy: isBoth
        ? (table.truePositives / positives + table.trueNegatives / negatives) / 2
        : null,
      f1: f1Score(table).value,
      brier,
    };
  };
  return bootstrap<Decided>(combined, ['balancedAccuracy', 'f1', 'brier'], measure, {
    seed,
    replicates,
    level,
  });
}
