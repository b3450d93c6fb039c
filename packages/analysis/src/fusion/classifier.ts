import { DataError, type FittedClassifier } from '@radweave/artifacts';
import { type Remark, remark, shownModel, withLabelNames } from '@radweave/remarks';
import {
  applyScaler,
  type FitRow,
  fitLogistic,
  freezeScaler,
  type LogisticModel,
  logisticProbabilities,
  type Matrix,
  matrixFrom,
  rowOf,
  type ScoredRow,
  type ThresholdRule,
} from '@radweave/stats';
import { asRecord, checkedFrozen } from '@radweave/study/decisions/frozen-record';
import { decideThreshold } from '@radweave/study/decisions/threshold';
import type { FusedSplit } from './fused-split.ts';

/** Largest gradient entry at the end of a fit: tight, so that results do not depend on where the solver stopped. */
export const TOLERANCE = 1e-10;

const AGAIN = 'Run radweave fuse again';

/** How a classifier is fitted; the first names are scikit-learn's. */
export interface FitOptions {
  C: number;
  max_iter: number;
  standardize: boolean;
  /** Of the threshold, with two classes. */
  rule: ThresholdRule;
}

/** What to fit on: one split's patients and the features of the classifier's modalities. */
export interface FitSet {
  fused: FusedSplit;
  features: Matrix;
}

/**
 * Standardises and fits on train, then chooses the threshold on validation (two classes only). Nothing here sees the
 * test set.
 *
 * @returns the classifier as it is written to `model.json`, and what to say of a fit that is not finished or a threshold that could not be chosen.
 * @throws DataError when the training patients lack a class.
 */
export function fitClassifier(
  name: string,
  modalities: readonly string[],
  train: FitSet,
  val: FitSet,
  labels: readonly string[],
  options: FitOptions,
): { classifier: FittedClassifier; notes: Remark[] } {
  const classes = labels.length;
  const { C, max_iter, standardize, rule } = options;
  const scaler = standardize ? freezeScaler(fitRows(train.fused), train.features) : null;
  if (scaler !== null && scaler.value === null)
    throw cannotFit(shownModel(name, modalities), scaler.reason.text);
  const scaled = scaler === null ? train.features : applyScaler(scaler.value, train.features);
  const fit = fitLogistic(scaled, train.fused.labels, {
    classes,
    C,
    maxIterations: max_iter,
    tolerance: TOLERANCE,
  });
  if (fit.value === null)
    throw cannotFit(shownModel(name, modalities), withLabelNames(fit.reason, labels).text);
  const { coef, intercept, iterations, converged } = fit.value;
  const classifier: FittedClassifier = {
    name,
    modalities: [...modalities],
    scaler: scaler === null ? null : asRecord(scaler.value),
    coef: Array.from({ length: coef.rows }, (_, row) => Array.from(rowOf(coef, row))),
    intercept: Array.from(intercept),
    iterations,
    converged,
    threshold: null,
  };
  const notes = converged ? [] : [remark('not-converged', { n: max_iter })];
  if (classes > 2) return { classifier, notes };
  const { threshold, unchosen } = decideThreshold(scoredRows(classifier, val), rule);
  if (unchosen !== null) notes.push(unchosen);
  return { classifier: { ...classifier, threshold }, notes };
}

function scoredRows(classifier: FittedClassifier, { fused, features }: FitSet): ScoredRow[] {
  const probabilities = classify(classifier, 2, features);
  return fitRows(fused).map((row, i) => ({
    ...row,
    label: fused.labels[i] ?? 0,
    probability: probabilities.data[2 * i + 1] ?? Number.NaN,
  }));
}

function fitRows({ patients, split }: FusedSplit): FitRow[] {
  return patients.map(({ patient_id, hospital }) => ({
    patient: patient_id,
    hospital,
    split,
    role: split === 'test' ? 'external' : 'home',
  }));
}

function cannotFit(name: string, reason: string): DataError {
  return new DataError('E_FUSE', `the classifier '${name}' cannot be fitted: ${reason}`, {
    hint: 'Training needs aligned patients of every label: see cohort.csv and aligned/missing.csv',
  });
}

/**
 * Class probabilities, patients × classes, of a classifier as written.
 *
 * @param features patients × concatenated dims, not standardised.
 * @throws DataError when a frozen part was changed after it was fitted.
 */
export function classify(classifier: FittedClassifier, classes: number, features: Matrix): Matrix {
  const { scaler, coef, intercept, iterations, converged } = classifier;
  const scaled = scaler === null ? features : applyScaler(checkedFrozen(scaler, 'scaler', AGAIN), features);
  const model: LogisticModel = {
    classes,
    coef: matrixFrom(coef),
    intercept: Float64Array.from(intercept),
    iterations,
    converged,
  };
  return logisticProbabilities(model, scaled);
}

/** The frozen threshold; null with more than two classes. @throws DataError when it was changed. */
export function thresholdOf({ threshold }: FittedClassifier): number | null {
  return threshold === null ? null : checkedFrozen(threshold, 'threshold', AGAIN).value.threshold;
}
