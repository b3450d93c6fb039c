import { checkCount, checkSameLength } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Estimate, type Outcome } from '../core/estimate.ts';
import { checkMatrix, columnOf, type Matrix, takeRows, zeros } from '../core/matrix.ts';
import { compareCodePoints } from '../core/order.ts';
import { Random } from '../core/random.ts';
import { auc, macroAuc } from '../discrimination/auc.ts';
import { argmaxRows } from '../discrimination/multiclass.ts';
import { proportion } from '../inference/proportion.ts';
import { fitLogistic, logisticProbabilities } from '../linear/logistic.ts';
import { fitStandardScaler, standardise } from '../linear/scaler.ts';
import { foldRows, stratifiedGroupKFold } from '../split/group-kfold.ts';
import { rowSpace } from './row-space.ts';

/** How well features tell the hospital. */
export interface SiteAudit {
  readonly hospitals: readonly string[];
  /** Hospitals with too few patients for the folds; left out. */
  readonly excluded: readonly string[];
  readonly n: number;
  readonly folds: number;
  /** Cross-validated AUC of the second hospital (two hospitals) or macro one-vs-rest (more); 0.5 is no site effect. */
  readonly auc: Estimate;
  /** Cross-validated accuracy, with its exact interval. */
  readonly accuracy: Estimate;
  /** Accuracy of always naming the largest hospital. */
  readonly chance: number;
  /** Permutation p-values (1 + as good or better) / (1 + permutations). */
  readonly aucP: number;
  readonly accuracyP: number;
  readonly permutations: number;
}

export interface SiteAuditOptions {
  readonly seed: number;
  /** Default 5. */
  readonly folds?: number;
  /** Default 199. */
  readonly permutations?: number;
  /** Inverse penalty of the logistic regression, default 1. */
  readonly C?: number;
}

/**
 * Predicts the hospital from the features by cross-validated L2 logistic regression on standardised features.
 * Predictions of all folds are pooled. Under permutation, hospitals are exchanged within each fold, so that every
 * fold keeps its composition (a restricted permutation test).
 *
 * @param features patients × features.
 * @param hospitals and patients: one entry per row, each patient once.
 */
export function auditSite(
  features: Matrix,
  hospitals: readonly string[],
  patients: readonly string[],
  options: SiteAuditOptions,
): Outcome<SiteAudit> {
  const { seed, folds = 5, permutations = 199, C = 1 } = options;
  checkMatrix('features', features);
  checkCount('permutations', permutations, 1);
  checkCount('folds', folds, 2);
  checkSameLength('hospitals', hospitals, 'patients', patients);
  if (hospitals.length !== features.rows) {
    throw new StatsInputError(`${hospitals.length} hospitals for ${features.rows} rows of features`);
  }
  const names = [...new Set(hospitals)].sort(compareCodePoints);
  const size = (name: string): number => hospitals.filter((hospital) => hospital === name).length;
  const kept = names.filter((name) => size(name) >= folds);
  if (kept.length < 2) {
    return absent(
      `the site audit needs two hospitals with at least ${folds} patients; there are ${kept.length}`,
    );
  }
  const rows = [...hospitals.keys()].filter((i) => kept.includes(hospitals[i] ?? ''));
  const labels = rows.map((i) => kept.indexOf(hospitals[i] ?? ''));
  const divided = stratifiedGroupKFold(
    labels,
    rows.map((i) => patients[i] ?? ''),
    folds,
    seed,
  );
  if (divided.value === null) return divided;
  const table = takeRows(features, rows);
  const parts = Array.from({ length: folds }, (_, fold) => foldRows(divided.value, fold));
  const prepared = parts.map((part) => prepareFold(table, part.train, part.validation));

  const score = (hospital: readonly number[]): Score => crossValidate(prepared, hospital, kept.length, C);
  const observed = score(labels);
  const random = new Random(seed, 'site-audit');
  let asGoodAuc = 1;
  let asGoodAccuracy = 1;
  for (let round = 0; round < permutations; round++) {
    const permuted = score(permuteWithin(labels, parts, random));
    if ((permuted.auc.value ?? 0) >= (observed.auc.value ?? 1)) asGoodAuc++;
    if (permuted.correct >= observed.correct) asGoodAccuracy++;
  }
  return {
    value: {
      hospitals: kept,
      excluded: names.filter((name) => !kept.includes(name)),
      n: rows.length,
      folds,
      auc: observed.auc,
      accuracy: proportion(observed.correct, rows.length),
      chance: Math.max(...kept.map(size)) / rows.length,
      aucP: asGoodAuc / (1 + permutations),
      accuracyP: asGoodAccuracy / (1 + permutations),
      permutations,
    },
  };
}

/** A fold's standardised features, turned into the space its train rows span. */
interface PreparedFold {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly trainFeatures: Matrix;
  readonly validationFeatures: Matrix;
}

interface Score {
  readonly auc: Estimate;
  readonly correct: number;
}

function prepareFold(
  features: Matrix,
  train: readonly number[],
  validation: readonly number[],
): PreparedFold {
  const own = takeRows(features, train);
  const scaler = fitStandardScaler(own).value;
  if (scaler === null) throw new StatsInputError('a fold has no train patients');
  const reduced = rowSpace(standardise(scaler, own), standardise(scaler, takeRows(features, validation)));
  return { train, validation, trainFeatures: reduced.train, validationFeatures: reduced.others };
}

function crossValidate(
  folds: readonly PreparedFold[],
  labels: readonly number[],
  classes: number,
  C: number,
): Score {
  const probabilities = zeros(labels.length, classes);
  for (const fold of folds) {
    const model = fitLogistic(
      fold.trainFeatures,
      fold.train.map((i) => labels[i] as number),
      // Ranks and argmax do not need the last digits, and hundreds of permutations do need the time.
      { classes, C, tolerance: 1e-3 },
    ).value;
    if (model === null) throw new StatsInputError('a fold lacks a hospital');
    const predicted = logisticProbabilities(model, fold.validationFeatures);
    for (const [k, row] of fold.validation.entries()) {
      probabilities.data.set(predicted.data.subarray(k * classes, (k + 1) * classes), row * classes);
    }
  }
  const named = argmaxRows(probabilities);
  return {
    auc: classes === 2 ? auc(labels, columnOf(probabilities, 1)) : macroAuc(labels, probabilities).macro,
    correct: labels.filter((label, i) => named[i] === label).length,
  };
}

function permuteWithin(
  labels: readonly number[],
  folds: readonly { validation: readonly number[] }[],
  random: Random,
): number[] {
  const permuted = [...labels];
  for (const { validation } of folds) {
    const shuffled = random.shuffle(validation.map((i) => labels[i] as number));
    for (const [k, i] of validation.entries()) permuted[i] = shuffled[k] as number;
  }
  return permuted;
}
