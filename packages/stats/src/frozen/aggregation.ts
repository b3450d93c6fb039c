import { checkCount, checkLabels } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { type Absent, absent, type Estimate, type Outcome } from '../core/estimate.ts';
import { checkMatrix, columnOf, type Matrix, matrixFrom } from '../core/matrix.ts';
import { mean } from '../core/moments.ts';
import { quantile } from '../core/order.ts';
import { auc, macroAuc } from '../discrimination/auc.ts';
import { type Aggregation, type AggregationCandidate, type Frozen, freeze } from './frozen.ts';
import { type FitRow, homeRows } from './rows.ts';

/** The candidates compared by default; the first is also the default choice. */
export const AGGREGATIONS: readonly Aggregation[] = [
  { method: 'mean' },
  { method: 'max' },
  { method: 'top_k', k: 3 },
  { method: 'median' },
];

/**
 * A patient's class probabilities from the slices'. With two classes the positive class is aggregated; with more,
 * each class is and the result is scaled to sum to 1. Patients with fewer than k slices use all of them.
 *
 * @param slices slices × classes.
 */
export function aggregateSlices(slices: Matrix, aggregation: Aggregation): Float64Array {
  checkMatrix('slices', slices);
  if (slices.rows === 0) throw new StatsInputError('a patient without slices has no probability');
  if (slices.columns < 2)
    throw new StatsInputError(`slices have ${slices.columns} columns: one per class is needed`);
  if (aggregation.method === 'top_k') checkCount('k', aggregation.k, 1);
  if (slices.columns === 2) {
    const positive = combine(columnOf(slices, 1), aggregation);
    return Float64Array.of(1 - positive, positive);
  }
  const raw = Float64Array.from({ length: slices.columns }, (_, k) =>
    combine(columnOf(slices, k), aggregation),
  );
  const sum = raw.reduce((total, p) => total + p, 0);
  if (!(sum > 0)) throw new StatsInputError('the aggregated probabilities sum to 0');
  return raw.map((p) => p / sum);
}

/**
 * Chooses the aggregation of highest (macro) AUC on home validation patients; ties go to the earlier candidate.
 *
 * @returns null with the reason when no candidate has an AUC.
 */
export function freezeAggregation(
  rows: readonly (FitRow & { readonly label: number; readonly slices: Matrix })[],
  candidates: readonly Aggregation[] = AGGREGATIONS,
): Outcome<Frozen<'aggregation'>> {
  const fittedOn = homeRows('aggregation', rows);
  const classes = rows[0]?.slices.columns;
  if (classes === undefined) return absent('no-patients-for', { what: 'the aggregation' });
  const labels = rows.map((row) => row.label);
  checkLabels(labels, classes);
  let lacking: Absent | undefined;
  const evaluated = candidates.map((aggregation): AggregationCandidate => {
    const probabilities = matrixFrom(rows.map((row) => aggregateSlices(row.slices, aggregation)));
    const area: Estimate =
      classes === 2 ? auc(labels, columnOf(probabilities, 1)) : macroAuc(labels, probabilities).macro;
    if (area.value === null) lacking ??= area;
    return { aggregation, auc: area.value, reason: area.value === null ? area.reason.text : null };
  });
  let best: AggregationCandidate | undefined;
  for (const candidate of evaluated) {
    if (candidate.auc !== null && candidate.auc > (best?.auc ?? -1)) best = candidate;
  }
  if (best === undefined) return lacking ?? absent('no-candidates');
  return { value: freeze('aggregation', { chosen: best.aggregation, candidates: evaluated }, fittedOn) };
}

function combine(values: Float64Array, aggregation: Aggregation): number {
  const ascending = values.slice().sort();
  switch (aggregation.method) {
    case 'mean':
      return mean(values);
    case 'max':
      return ascending.at(-1) as number;
    case 'median':
      return quantile(ascending, 0.5);
    case 'top_k':
      return mean(ascending.slice(-aggregation.k));
  }
}
