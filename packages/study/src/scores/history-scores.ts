import type { Remark } from '@radweave/remarks';
import {
  argmaxRows,
  auc,
  confusionAt,
  confusionMatrix,
  confusionMetrics,
  type Matrix,
  macroAuc,
  matrixFrom,
  multiclassMetrics,
} from '@radweave/stats';
import { SliceTable } from '../cohort/slice-table.ts';
import type { Scores } from '../context/reports.ts';
import { Predictions } from './predictions.ts';

/** In the order of tables. */
export const METRICS = ['auc', 'accuracy', 'sensitivity', 'specificity'] as const;

export function reasonsOf(scores: Scores): Remark[] {
  return METRICS.flatMap((name) => {
    const estimate = scores[name];
    return estimate.value === null ? [estimate.reason] : [];
  });
}

/** Threshold of the training history; the evaluation freezes its own on validation patients. */
export const HISTORY_THRESHOLD = 0.5;

/**
 * Scores of class probabilities [n, K]. Two classes: label 1 is positive, at `threshold`. More: macro one-vs-rest,
 * predictions by the largest probability.
 */
export function scoresOf(
  labels: Int32Array,
  probabilities: Matrix,
  threshold: number = HISTORY_THRESHOLD,
): Scores {
  if (probabilities.columns === 2) {
    const positive = positiveColumn(probabilities);
    const { accuracy, sensitivity, specificity } = confusionMetrics(confusionAt(labels, positive, threshold));
    return { auc: auc(labels, positive), accuracy, sensitivity, specificity };
  }
  const table = confusionMatrix(labels, argmaxRows(probabilities), probabilities.columns);
  const { accuracy, macro } = multiclassMetrics(table);
  return {
    auc: macroAuc(labels, probabilities).macro,
    accuracy,
    sensitivity: macro.sensitivity,
    specificity: macro.specificity,
  };
}

/**
 * Per slice, and per patient with the mean of the patient's slice probabilities. `loss` is the training loss per slice; `patientLoss` the
 * log loss of the patients. Slices without a prediction do not count.
 */
export function scoreTable(
  table: SliceTable,
  predictions: Predictions,
): { slice: Scores; patient: Scores; loss: number; patientLoss: number } {
  if (predictions.missing > 0) return scoreTable(...predicted(table, predictions));
  const patients = patientProbabilities(table, predictions);
  return {
    loss: predictions.loss,
    patientLoss: logLoss(table, patients),
    slice: scoresOf(table.labels, predictions.matrix()),
    patient: scoresOf(
      Int32Array.from(table.patients, (patient) => patient.label),
      patients,
    ),
  };
}

function predicted(
  { rows }: SliceTable,
  { classes, probabilities, loss }: Predictions,
): [SliceTable, Predictions] {
  const of = (i: number): Float64Array => probabilities.subarray(i * classes, (i + 1) * classes);
  const seen = [...rows.keys()].filter((i) => !Number.isNaN(of(i)[0]));
  const predictions = new Predictions(seen.length, classes);
  predictions.add(
    [...seen.keys()],
    seen.flatMap((i) => [...of(i)]),
    loss,
  );
  return [new SliceTable(rows.filter((_, i) => !Number.isNaN(of(i)[0]))), predictions];
}

/** Mean of −log p of the true class over patients, p being the patient's mean slice probability. */
function logLoss(table: SliceTable, patients: Matrix): number {
  const losses = table.patients.map(({ label }, i) => {
    const p = patients.data[i * patients.columns + label] ?? Number.NaN;
    return -Math.log(Math.max(p, Number.EPSILON));
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** Mean slice probabilities of each patient, [patients, K]. */
export function patientProbabilities(table: SliceTable, predictions: Predictions): Matrix {
  const rows = table.patients.map((patient) => predictions.meanOver(patient.slices));
  return matrixFrom(rows, predictions.classes);
}

function positiveColumn(probabilities: Matrix): Float64Array {
  return Float64Array.from(
    { length: probabilities.rows },
    (_, i) => probabilities.data[2 * i + 1] ?? Number.NaN,
  );
}
