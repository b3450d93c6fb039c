import { checkCount, checkLabels, checkSameLength, type Numbers } from '../core/checks.ts';
import type { Estimate } from '../core/estimate.ts';
import { checkMatrix, type Matrix, rowOf, zeros } from '../core/matrix.ts';
import { macroAverage } from './auc.ts';
import { type Confusion, type ConfusionMetrics, confusionMetrics } from './confusion.ts';
import { type ProportionOptions, proportion } from './proportion.ts';

/** The most probable class of each row; of equal ones the first, as NumPy's argmax. */
export function argmaxRows(probabilities: Matrix): Int32Array {
  checkMatrix('probabilities', probabilities);
  return Int32Array.from({ length: probabilities.rows }, (_, i) => {
    const row = rowOf(probabilities, i);
    return row.reduce((best, p, k) => (p > (row[best] as number) ? k : best), 0);
  });
}

/** Counts of true class (rows) against predicted class (columns), K × K. */
export function confusionMatrix(labels: Numbers, predicted: Numbers, classes: number): Matrix {
  checkCount('classes', classes, 2);
  checkSameLength('labels', labels, 'predicted', predicted);
  checkLabels(labels, classes);
  checkLabels(predicted, classes);
  const table = zeros(classes, classes);
  for (let i = 0; i < labels.length; i++) {
    const cell = (labels[i] as number) * classes + (predicted[i] as number);
    table.data[cell] = (table.data[cell] as number) + 1;
  }
  return table;
}

/** What a K × K table says: overall, each class against the rest, and the unweighted means over classes. */
export interface MulticlassMetrics {
  readonly accuracy: Estimate;
  readonly classes: readonly ConfusionMetrics[];
  /** Macro averages; `balancedAccuracy` is the mean of the classes' sensitivities, as in scikit-learn. */
  readonly macro: Pick<
    ConfusionMetrics,
    'balancedAccuracy' | 'sensitivity' | 'specificity' | 'ppv' | 'npv' | 'f1'
  >;
}

/** Metrics of a confusion matrix. A class without patients makes the macro average null, naming the class. */
export function multiclassMetrics(table: Matrix, options: ProportionOptions = {}): MulticlassMetrics {
  const n = table.data.reduce((sum, count) => sum + count, 0);
  const tables = Array.from({ length: table.rows }, (_, k) => oneVsRest(table, k, n));
  const correct = tables.reduce((sum, one) => sum + one.truePositives, 0);
  const classes = tables.map((one) => confusionMetrics(one, options));
  const macro = (pick: (metrics: ConfusionMetrics) => Estimate): Estimate =>
    macroAverage(classes.map(pick), n);
  const sensitivity = macro((metrics) => metrics.sensitivity);
  return {
    accuracy: proportion(correct, n, { ...options, empty: 'no-patients' }),
    classes,
    macro: {
      balancedAccuracy: sensitivity,
      sensitivity,
      specificity: macro((metrics) => metrics.specificity),
      ppv: macro((metrics) => metrics.ppv),
      npv: macro((metrics) => metrics.npv),
      f1: macro((metrics) => metrics.f1),
    },
  };
}

function oneVsRest(table: Matrix, k: number, n: number): Confusion {
  const row = rowOf(table, k).reduce((sum, count) => sum + count, 0);
  let column = 0;
  for (let i = 0; i < table.rows; i++) column += table.data[i * table.columns + k] as number;
  const truePositives = table.data[k * table.columns + k] as number;
  return {
    truePositives,
    falsePositives: column - truePositives,
    falseNegatives: row - truePositives,
    trueNegatives: n - row - column + truePositives,
  };
}
