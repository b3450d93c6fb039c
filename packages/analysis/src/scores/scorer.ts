import type { FusionMetricsRow, Split } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import {
  argmaxRows,
  auc,
  columnOf,
  confusionAt,
  confusionMetrics,
  delongAuc,
  type Estimate,
  type Matrix,
} from '@radweave/stats';
import { HISTORY_THRESHOLD, reasonsOf, scoresOf } from '@radweave/study/scores/history-scores';

/** Numbers of some patients for one label against the rest, or for all labels together (`macro`). */
export type PatientScores = Omit<
  FusionMetricsRow,
  'model' | 'split' | 'hospital' | 'n' | 'in_sample' | 'note'
> & {
  /** Why numbers are missing, and what to know of those that are there. */
  reasons: Remark[];
};

/**
 * What to say of a table's row without patients.
 *
 * @param isAnybody whether the split has patients, who lack what is asked for.
 */
export function nobodyIn(split: Split, isAnybody = false): Remark {
  if (isAnybody) return remark('nobody-has', { split });
  return split === 'test' ? remark('no-external-hospital') : remark('nobody-in', { split });
}

/**
 * Scores patients with class probabilities [n, K]: label 1 of two at the threshold; without a threshold all labels together,
 * then each against the rest.
 *
 * @param level of the intervals.
 */
export function scorePatients(
  labels: Int32Array,
  probabilities: Matrix,
  threshold: number | null,
  level: number,
): PatientScores[] {
  if (threshold !== null) {
    return [binary(labels, columnOf(probabilities, 1), probabilities, threshold, level)];
  }
  const classes = Array.from({ length: probabilities.columns }, (_, label) => label);
  return [
    macro(labels, probabilities),
    ...classes.map((label) => oneVsRest(labels, probabilities, label, level)),
  ];
}

function binary(
  labels: Int32Array,
  positive: Float64Array,
  both: Matrix,
  threshold: number,
  level: number,
): PatientScores {
  const frozen = scoresOf(labels, both, threshold);
  const half = scoresOf(labels, both, HISTORY_THRESHOLD);
  const area = areaUnderCurve(labels, positive, frozen.auc, level);
  return {
    positive_label: '1',
    n_positive: countOf(labels, 1),
    ...area.numbers,
    accuracy: frozen.accuracy.value,
    sensitivity: frozen.sensitivity.value,
    specificity: frozen.specificity.value,
    threshold,
    accuracy_at_0_5: half.accuracy.value,
    sensitivity_at_0_5: half.sensitivity.value,
    specificity_at_0_5: half.specificity.value,
    reasons: [...area.reasons, ...reasonsOf(frozen)],
  };
}

/** The AUC with DeLong's interval; too few patients for an interval leave the AUC alone. */
function areaUnderCurve(
  labels: Int32Array,
  scores: Float64Array,
  plain: Estimate,
  level: number,
): { numbers: Pick<PatientScores, 'auc' | 'auc_lower' | 'auc_upper'>; reasons: Remark[] } {
  const delong = delongAuc(labels, scores, level);
  if (plain.value === null || delong.value === null) {
    const reasons = plain.value !== null && delong.value === null ? [delong.reason] : [];
    return { numbers: { auc: plain.value, auc_lower: null, auc_upper: null }, reasons };
  }
  const { lower = null, upper = null, note } = delong;
  const reasons = note === undefined ? [] : [note];
  return { numbers: { auc: plain.value, auc_lower: lower, auc_upper: upper }, reasons };
}

const NO_THRESHOLD = {
  threshold: null,
  accuracy_at_0_5: null,
  sensitivity_at_0_5: null,
  specificity_at_0_5: null,
};

function macro(labels: Int32Array, probabilities: Matrix): PatientScores {
  const scores = scoresOf(labels, probabilities);
  return {
    positive_label: 'macro',
    n_positive: null,
    auc: scores.auc.value,
    auc_lower: null,
    auc_upper: null,
    accuracy: scores.accuracy.value,
    sensitivity: scores.sensitivity.value,
    specificity: scores.specificity.value,
    ...NO_THRESHOLD,
    reasons: reasonsOf(scores),
  };
}

function oneVsRest(all: Int32Array, probabilities: Matrix, label: number, level: number): PatientScores {
  const labels = Int32Array.from(all, (one) => (one === label ? 1 : 0));
  const predicted = Float64Array.from(argmaxRows(probabilities), (one) => (one === label ? 1 : 0));
  const scores = columnOf(probabilities, label);
  const metrics = confusionMetrics(confusionAt(labels, predicted, 0.5));
  const plain = auc(labels, scores);
  const area = areaUnderCurve(labels, scores, plain, level);
  return {
    positive_label: String(label),
    n_positive: countOf(labels, 1),
    ...area.numbers,
    accuracy: metrics.accuracy.value,
    sensitivity: metrics.sensitivity.value,
    specificity: metrics.specificity.value,
    ...NO_THRESHOLD,
    reasons: [...area.reasons, ...reasonsOf({ ...metrics, auc: plain })],
  };
}

function countOf(labels: Int32Array, label: number): number {
  return labels.reduce((sum, one) => sum + (one === label ? 1 : 0), 0);
}
