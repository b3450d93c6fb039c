import { calibrationErrorOf } from '../calibration/curve.ts';
import { checkScored, type Numbers } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import type { Outcome } from '../core/estimate.ts';
import { aucOfCuts } from '../discrimination/auc.ts';
import { averagePrecisionOfCuts } from '../discrimination/average-precision.ts';
import { f1Score } from '../discrimination/confusion.ts';
import { RankedScores } from '../discrimination/ranked-scores.ts';
import { type BootstrapInterval, type BootstrapOptions, binaryStrata, bootstrap } from './bootstrap.ts';

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
  'ece',
] as const;

/** The metrics of a binary model that `bootstrapBinary` resamples. */
export type BinaryMetric = (typeof METRICS)[number];

/** What `bootstrapBinary` may be told beside scores and threshold. */
export interface BinaryBootstrapOptions extends BootstrapOptions {
  /** Finer strata (such as hospital numbers), combined with the label. */
  readonly strata?: Numbers;
  /** Decisions (0 or 1) as they were taken, instead of scores at the threshold. */
  readonly predicted?: Numbers;
  /** For the Brier score and the calibration error, instead of the scores. */
  readonly probabilities?: Numbers;
}

/** Bootstrap intervals of all metrics of a binary model at a threshold, stratified by label. */
export function bootstrapBinary(
  labels: Numbers,
  scores: Numbers,
  threshold: number,
  options: BinaryBootstrapOptions,
): Record<BinaryMetric, Outcome<BootstrapInterval>> {
  if (Number.isNaN(threshold)) throw new StatsInputError('threshold is NaN');
  const ranked = new RankedScores(labels, scores);
  const { strata, predicted, probabilities = scores } = options;
  if (predicted !== undefined) checkScored(labels, predicted);
  checkScored(labels, probabilities);
  const combined = binaryStrata(labels, strata);
  const isPositive = (i: number): boolean =>
    predicted === undefined ? (scores[i] as number) >= threshold : predicted[i] === 1;
  // Per patient, its cell of the confusion table.
  const cell = Uint8Array.from(labels, (label, i) => 2 * label + (isPositive(i) ? 1 : 0));
  const squares = Float64Array.from(labels, (label, i) => (label - (probabilities[i] as number)) ** 2);
  const ece = calibrationErrorOf(labels, probabilities);
  return bootstrap<BinaryMetric>(
    combined,
    METRICS,
    (patients) => {
      const cuts = ranked.cutPoints(patients);
      const isBoth = cuts.positives > 0 && cuts.negatives > 0;
      return {
        auc: aucOfCuts(cuts),
        averagePrecision: isBoth ? averagePrecisionOfCuts(cuts) : null,
        ...measureDecisions(patients, cell, squares),
        ece: ece(patients),
      };
    },
    options,
  );
}

function measureDecisions(
  patients: Uint32Array,
  cell: Uint8Array,
  squares: Float64Array,
): Record<Exclude<BinaryMetric, 'auc' | 'averagePrecision' | 'ece'>, number | null> {
  const counts = [0, 0, 0, 0];
  let sum = 0;
  for (let i = 0; i < patients.length; i++) {
    const patient = patients[i] as number;
    const at = cell[patient] as number;
    counts[at] = (counts[at] as number) + 1;
    sum += squares[patient] as number;
  }
  const [tn = 0, fp = 0, fn = 0, tp = 0] = counts;
  const sensitivity = ratio(tp, tp + fn);
  const specificity = ratio(tn, tn + fp);
  const table = { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn };
  return {
    accuracy: ratio(tp + tn, patients.length),
    balancedAccuracy: sensitivity === null || specificity === null ? null : (sensitivity + specificity) / 2,
    sensitivity,
    specificity,
    ppv: ratio(tp, tp + fp),
    npv: ratio(tn, tn + fn),
    f1: f1Score(table).value,
    brier: sum / patients.length,
  };
}

function ratio(top: number, bottom: number): number | null {
  return bottom === 0 ? null : top / bottom;
}
