import { checkCount, checkSameLength } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Estimate, type Outcome } from '../core/estimate.ts';
import { checkMatrix, columnOf, type Matrix, takeRows, zeros } from '../core/matrix.ts';
import { compareCodePoints } from '../core/order.ts';
import { Random } from '../core/random.ts';
import { auc, macroAuc } from '../discrimination/auc.ts';
import { argmaxRows } from '../discrimination/multiclass.ts';
import { proportion } from '../discrimination/proportion.ts';
import { fitLogistic, logisticProbabilities } from '../linear/logistic.ts';
import { fitStandardScaler, standardise } from '../linear/scaler.ts';
import { foldRows, stratifiedGroupKFold } from '../split/group-kfold.ts';
import { type FoldCombat, type FoldView, harmonisedViews } from './fold-combat.ts';
import { rowSpace } from './row-space.ts';
import { withSecondOrder } from './second-order.ts';

/** How well features predict the hospital. */
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

const FOLDS = 5;

export interface SiteAuditOptions {
  readonly seed: number;
  /** Confidence level of the interval of the accuracy. */
  readonly level: number;
  /** Default 199. */
  readonly permutations?: number;
  /** Harmonise inside each fold; `features` are then those before. Default: the features as they are. */
  readonly combat?: FoldCombat;
}

const namesOf = (hospitals: readonly string[]): string[] => [...new Set(hospitals)].sort(compareCodePoints);

const sizeOf = (hospitals: readonly string[], name: string): number =>
  hospitals.filter((hospital) => hospital === name).length;

/** The hospitals, one entry per patient, that have enough patients to be told apart. */
export function comparableHospitals(hospitals: readonly string[]): Outcome<string[]> {
  const names = namesOf(hospitals);
  if (names.length === 1) return absent('one-site');
  const kept = names.filter((name) => sizeOf(hospitals, name) >= FOLDS);
  return kept.length < 2 ? absent('site-audit-hospitals', { least: FOLDS, n: kept.length }) : { value: kept };
}

/**
 * Predicts the hospital from the features by cross-validated L2 logistic regression on standardised features and the
 * squares and products of their leading principal components.
 * Predictions of all folds are pooled. Under permutation, hospitals are exchanged within each fold, so that every
 * fold keeps its composition (a restricted permutation test).
 *
 * With `combat`, each fold estimates the harmonisation from its own training patients and applies it to the held-out ones;
 * permutations exchange the hospitals of patients who are already harmonised.
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
  const { seed, level, permutations = 199, combat } = options;
  checkMatrix('features', features);
  checkCount('permutations', permutations, 1);
  checkSameLength('hospitals', hospitals, 'patients', patients);
  if (hospitals.length !== features.rows) {
    throw new StatsInputError(`${hospitals.length} hospitals for ${features.rows} rows of features`);
  }
  const comparable = comparableHospitals(hospitals);
  if (comparable.value === null) return comparable;
  const kept = comparable.value;
  const size = (name: string): number => sizeOf(hospitals, name);
  const rows = [...hospitals.keys()].filter((i) => kept.includes(hospitals[i] ?? ''));
  const labels = rows.map((i) => kept.indexOf(hospitals[i] ?? ''));
  const divided = stratifiedGroupKFold(
    labels,
    rows.map((i) => patients[i] ?? ''),
    FOLDS,
    seed,
  );
  if (divided.value === null) return divided;
  const audited = {
    features: takeRows(features, rows),
    hospitals: rows.map((i) => hospitals[i] ?? ''),
    patients: rows.map((i) => patients[i] ?? ''),
  };
  const parts = Array.from({ length: FOLDS }, (_, fold) => foldRows(divided.value, fold));
  const prepared: FoldView[] = [];
  for (const part of parts) {
    const views =
      combat === undefined
        ? { value: [viewOf(audited.features, part)] }
        : harmonisedViews(combat, audited, labels, part, seed);
    if (views.value === null) return views;
    prepared.push(...views.value.map(prepare));
  }

  const score = (hospital: readonly number[]): Score => crossValidate(prepared, hospital, kept.length);
  const observed = score(labels);
  const random = new Random(seed, 'site-audit');
  const permuted = Array.from({ length: permutations }, () =>
    score(permuteWithin(labels, parts, prepared, random)),
  );
  /** Of the observed order among all that would be as likely without a difference. */
  const pOf = (asGood: readonly Score[]): number => (1 + asGood.length) / (1 + permutations);
  return {
    value: {
      hospitals: kept,
      excluded: namesOf(hospitals).filter((name) => !kept.includes(name)),
      n: rows.length,
      folds: FOLDS,
      auc: observed.auc,
      accuracy: proportion(observed.correct, rows.length, { level }),
      chance: Math.max(...kept.map(size)) / rows.length,
      aucP: pOf(permuted.filter(({ auc }) => (auc.value ?? 0) >= (observed.auc.value ?? 1))),
      accuracyP: pOf(permuted.filter(({ correct }) => correct >= observed.correct)),
      permutations,
    },
  };
}

interface Score {
  readonly auc: Estimate;
  readonly correct: number;
}

function viewOf(
  features: Matrix,
  { train, validation }: { train: readonly number[]; validation: readonly number[] },
): FoldView {
  return {
    train,
    validation,
    trainFeatures: takeRows(features, train),
    validationFeatures: takeRows(features, validation),
  };
}

/** What the classifier is given: standardised features in the space its train rows span, and their second order. */
function prepare(view: FoldView): FoldView {
  const scaler = fitStandardScaler(view.trainFeatures).value;
  if (scaler === null) throw new StatsInputError('a fold has no train patients');
  const standard = (features: Matrix): Matrix => standardise(scaler, features);
  const first = rowSpace(standard(view.trainFeatures), standard(view.validationFeatures));
  const { train, others } = withSecondOrder(first.train, first.others);
  return { ...view, trainFeatures: train, validationFeatures: others };
}

function crossValidate(views: readonly FoldView[], labels: readonly number[], classes: number): Score {
  const probabilities = zeros(labels.length, classes);
  for (const fold of views) {
    const model = fitLogistic(
      fold.trainFeatures,
      fold.train.map((i) => labels[i] as number),
      // Ranks and argmax do not need the last digits, and hundreds of permutations do need the time.
      { classes, tolerance: 1e-3 / fold.train.length },
    ).value;
    if (model === null) throw new StatsInputError('a fold lacks a hospital');
    const predicted = logisticProbabilities(model, fold.validationFeatures);
    for (const [k, row] of fold.validation.entries()) {
      // A patient is evaluated as often as every other: sums rank as means do.
      for (let c = 0; c < classes; c++) {
        const at = row * classes + c;
        probabilities.data[at] =
          (probabilities.data[at] as number) + (predicted.data[k * classes + c] as number);
      }
    }
  }
  const named = argmaxRows(probabilities);
  return {
    auc: classes === 2 ? auc(labels, columnOf(probabilities, 1)) : macroAuc(labels, probabilities).macro,
    correct: labels.filter((label, i) => named[i] === label).length,
  };
}

/** Drawn again until every classifier has every hospital to learn from, as with the true hospitals it has. */
function permuteWithin(
  labels: readonly number[],
  folds: readonly { validation: readonly number[] }[],
  views: readonly FoldView[],
  random: Random,
): number[] {
  const classes = new Set(labels).size;
  const permuted = [...labels];
  do {
    for (const { validation } of folds) {
      const shuffled = random.shuffle(validation.map((i) => permuted[i] as number));
      for (const [k, i] of validation.entries()) permuted[i] = shuffled[k] as number;
    }
  } while (!views.every(({ train }) => new Set(train.map((i) => permuted[i])).size === classes));
  return permuted;
}
