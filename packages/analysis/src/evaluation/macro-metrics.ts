import { remark } from '@radweave/remarks';
import {
  argmaxRows,
  averagePrecision,
  bootstrap,
  brierScoreMulticlass,
  columnOf,
  confusionMatrix,
  type Estimate,
  expectedCalibrationError,
  type Matrix,
  type MulticlassMetrics,
  macroAuc,
  multiclassMetrics,
  takeRows,
} from '@radweave/stats';
import type { RowNumbers } from './binary-metrics.ts';
import { calibrationError, none, record, withInterval } from './estimate.ts';
import type { Group, StatOptions } from './group.ts';

const NAMES = [
  'auc',
  'average_precision',
  'balanced_accuracy',
  'sensitivity',
  'specificity',
  'ppv',
  'npv',
  'f1',
  'brier',
  'ece',
] as const;

type Name = (typeof NAMES)[number];

/** Numbers of all classes together: unweighted means over classes, accuracy, Brier's score over classes (0 to 2). */
export function macroMetrics(group: Group, options: StatOptions): RowNumbers {
  const { labels, scores, probabilities, strata } = group;
  const { method, level, seed, replicates } = options;
  const measured = measure(labels, scores, probabilities, { method, level });
  const classes = scores.columns;
  const combined = labels.map((label, i) => label + classes * (strata[i] ?? 0));
  const intervals = bootstrap(
    combined,
    NAMES,
    (patients) => {
      const rows = Array.from(patients);
      const own = Int32Array.from(rows, (i) => labels[i] ?? 0);
      // Only values are kept: Wilson's is the interval that costs least.
      const cheap = { method: 'wilson', level } as const;
      const { values } = measure(own, takeRows(scores, rows), takeRows(probabilities, rows), cheap);
      return Object.fromEntries(NAMES.map((name) => [name, values[name].value])) as Record<
        Name,
        number | null
      >;
    },
    { seed, replicates, level },
  );
  const numbers = (name: Name): ReturnType<typeof record> =>
    withInterval(measured.values[name], intervals[name]);
  const perClass = remark('reported-per-class');
  return {
    positive_label: 'macro',
    n_positive: null,
    auc: record(measured.values.auc),
    auc_bootstrap: numbers('auc'),
    average_precision: numbers('average_precision'),
    accuracy: record(measured.metrics.accuracy),
    balanced_accuracy: numbers('balanced_accuracy'),
    sensitivity: numbers('sensitivity'),
    specificity: numbers('specificity'),
    ppv: numbers('ppv'),
    npv: numbers('npv'),
    f1: numbers('f1'),
    brier: numbers('brier'),
    calibration_slope: none(perClass),
    calibration_intercept: none(perClass),
    ece: calibrationError(measured.values.ece, intervals.ece),
  };
}

function measure(
  labels: Int32Array,
  scores: Matrix,
  probabilities: Matrix,
  options: { method: StatOptions['method']; level: number },
): { values: Record<Name, Estimate>; metrics: MulticlassMetrics } {
  const metrics = multiclassMetrics(confusionMatrix(labels, argmaxRows(scores), scores.columns), options);
  const { balancedAccuracy, sensitivity, specificity, ppv, npv, f1 } = metrics.macro;
  return {
    metrics,
    values: {
      auc: macroAuc(labels, scores).macro,
      average_precision: mean(eachClass(labels, scores, averagePrecision), labels.length),
      balanced_accuracy: balancedAccuracy,
      sensitivity,
      specificity,
      ppv,
      npv,
      f1,
      brier: brierScoreMulticlass(labels, probabilities),
      ece: mean(
        eachClass(labels, probabilities, (one, p) => expectedCalibrationError(one, p)),
        labels.length,
      ),
    },
  };
}

function eachClass(
  labels: Int32Array,
  values: Matrix,
  statistic: (labels: Uint8Array, values: Float64Array) => Estimate,
): Estimate[] {
  return Array.from({ length: values.columns }, (_, label) =>
    statistic(
      Uint8Array.from(labels, (one) => (one === label ? 1 : 0)),
      columnOf(values, label),
    ),
  );
}

/** The unweighted mean; null, naming the class, when a class has no value. */
function mean(classes: readonly Estimate[], n: number): Estimate {
  let sum = 0;
  for (const [label, one] of classes.entries()) {
    if (one.value === null) {
      return { value: null, reason: remark('of-class', { label, reason: one.reason }) };
    }
    sum += one.value;
  }
  return { value: sum / classes.length, n };
}
