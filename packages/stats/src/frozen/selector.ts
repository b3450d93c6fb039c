import { checkCount, checkLabels } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { checkMatrix, columnOf, type Matrix, zeros } from '../core/matrix.ts';
import { mean, sampleVariance } from '../core/moments.ts';
import { type Frozen, freeze } from './frozen.ts';
import { checkRowCount, type FitRow, homeRows } from './rows.ts';

/** Keeps the `keep` features of highest variance. Ties: the lower column. */
export function freezeVarianceSelector(
  rows: readonly FitRow[],
  features: Matrix,
  keep: number,
): Outcome<Frozen<'selector'>> {
  const fittedOn = homeRows('feature selector', rows);
  checkRowCount(rows, features);
  checkMatrix('features', features);
  if (rows.length < 2) return absent('fewer than two patients: features have no variance');
  const value = select('variance', features, keep, (column) => sampleVariance(column));
  return { value: freeze('selector', value, fittedOn) };
}

/**
 * Keeps the `keep` features of highest one-way ANOVA F by class, as scikit-learn's `SelectKBest(f_classif)`.
 * Constant features come last. Ties: the lower column.
 */
export function freezeUnivariateSelector(
  rows: readonly (FitRow & { readonly label: number })[],
  features: Matrix,
  keep: number,
): Outcome<Frozen<'selector'>> {
  const fittedOn = homeRows('feature selector', rows);
  checkRowCount(rows, features);
  checkMatrix('features', features);
  const labels = rows.map((row) => row.label);
  checkLabels(labels, Number.MAX_SAFE_INTEGER);
  const classes = [...new Set(labels)];
  if (classes.length < 2) return absent('one class only: features cannot be compared between classes');
  if (rows.length <= classes.length) return absent('too few patients to compare features between classes');
  const value = select('univariate', features, keep, (column) => anovaF(column, labels, classes));
  return { value: freeze('selector', value, fittedOn) };
}

/** The kept columns. */
export function applySelector(frozen: Frozen<'selector'>, features: Matrix): Matrix {
  const { columns, features: expected } = frozen.value;
  if (features.columns !== expected) {
    throw new StatsInputError(
      `features have ${features.columns} columns, the selector was fitted on ${expected}`,
    );
  }
  const kept = zeros(features.rows, columns.length);
  for (let i = 0; i < features.rows; i++) {
    for (const [k, column] of columns.entries()) {
      kept.data[i * columns.length + k] = features.data[i * features.columns + column] as number;
    }
  }
  return kept;
}

function select(
  method: 'variance' | 'univariate',
  features: Matrix,
  keep: number,
  rate: (column: Float64Array) => number,
): Frozen<'selector'>['value'] {
  checkCount('keep', keep, 1);
  const ratings = Array.from({ length: features.columns }, (_, j) => rate(columnOf(features, j)));
  const best = [...ratings.keys()].sort((a, b) => {
    const [left, right] = [ratings[a] as number, ratings[b] as number];
    return left === right ? a - b : right - left;
  });
  const columns = best.slice(0, keep).sort((a, b) => a - b);
  return { method, columns, features: features.columns };
}

function anovaF(column: Float64Array, labels: readonly number[], classes: readonly number[]): number {
  const overall = mean(column);
  let between = 0;
  let within = 0;
  for (const label of classes) {
    const own = column.filter((_, i) => labels[i] === label);
    const centre = mean(own);
    between += own.length * (centre - overall) ** 2;
    within += own.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  }
  if (between === 0) return 0;
  return between / (classes.length - 1) / (within / (column.length - classes.length));
}
