import { checkCount, checkLabels, type Numbers } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { checkMatrix, type Matrix, rowOf, zeros } from '../core/matrix.ts';
import { minimise } from './lbfgs.ts';
import { linearScores, logisticObjective, sigmoid, softmaxInPlace } from './logistic-loss.ts';

/** How to fit. The defaults are scikit-learn's, but for the tighter tolerance. */
export interface LogisticOptions {
  /** Number of classes; the labels are 0 … classes − 1. Default 2. */
  readonly classes?: number;
  /** Inverse strength of the L2 penalty. Default 1. */
  readonly C?: number;
  /** Most L-BFGS iterations. Default 1000. */
  readonly maxIterations?: number;
  /** Largest absolute gradient entry at the end, of the mean loss over patients. Default 1e-10. */
  readonly tolerance?: number;
}

/** A fitted L2 logistic regression. */
export interface LogisticModel {
  readonly classes: number;
  /** One row of weights for two classes, else one row per class (rows × features). */
  readonly coef: Matrix;
  /** One intercept per row of `coef`. */
  readonly intercept: Float64Array;
  readonly iterations: number;
  /** False when `maxIterations` was reached first: warn, and say so beside the results. */
  readonly converged: boolean;
}

/**
 * L2 logistic regression equal to scikit-learn's `LogisticRegression(penalty='l2', C, solver='lbfgs', tol=1e-10)`:
 * minimises ½‖w‖² + C Σ log-loss, the intercept not penalised, binary or multinomial, from zero, and stops by the same rule.
 *
 * @param features patients × features, usually standardised.
 * @param labels 0 … classes − 1, one per patient.
 * @returns null with the reason when a class has no patient.
 */
export function fitLogistic(
  features: Matrix,
  labels: Numbers,
  options: LogisticOptions = {},
): Outcome<LogisticModel> {
  const { classes = 2, C = 1, maxIterations = 1000, tolerance = 1e-10 } = options;
  checkMatrix('features', features);
  checkCount('classes', classes, 2);
  checkCount('maxIterations', maxIterations, 1);
  if (!(C > 0 && Number.isFinite(C))) throw new StatsInputError(`C is ${C}: it must be above 0`);
  if (labels.length !== features.rows) {
    throw new StatsInputError(`${labels.length} labels for ${features.rows} rows of features`);
  }
  checkLabels(labels, classes);
  const present = new Set(Array.from(labels));
  const empty = Array.from({ length: classes }, (_, label) => label).find((label) => !present.has(label));
  if (empty !== undefined) return absent('class-empty', { label: empty });

  const outputs = classes === 2 ? 1 : classes;
  const start = new Float64Array(outputs * (features.columns + 1));
  const objective = logisticObjective(features, labels, outputs, C);
  const { x, iterations, converged } = minimise(objective, start, { maxIterations, tolerance });
  const split = outputs * features.columns;
  const coef = { rows: outputs, columns: features.columns, data: x.slice(0, split) };
  return { value: { classes, coef, intercept: x.slice(split), iterations, converged } };
}

/** The linear scores: patients × 1 for two classes (log-odds of class 1), else patients × classes. */
export function logisticScores(model: LogisticModel, features: Matrix): Matrix {
  checkMatrix('features', features);
  if (features.columns !== model.coef.columns) {
    throw new StatsInputError(
      `features have ${features.columns} columns, the model was fitted on ${model.coef.columns}`,
    );
  }
  const parameters = new Float64Array(model.coef.data.length + model.intercept.length);
  parameters.set(model.coef.data);
  parameters.set(model.intercept, model.coef.data.length);
  const scores = zeros(features.rows, model.coef.rows);
  for (let i = 0; i < features.rows; i++) linearScores(parameters, features, i, rowOf(scores, i));
  return scores;
}

/** Class probabilities, patients × classes, as scikit-learn's `predict_proba`. */
export function logisticProbabilities(model: LogisticModel, features: Matrix): Matrix {
  const scores = logisticScores(model, features);
  if (model.classes > 2) {
    for (let i = 0; i < scores.rows; i++) softmaxInPlace(rowOf(scores, i));
    return scores;
  }
  const probabilities = zeros(features.rows, 2);
  for (let i = 0; i < features.rows; i++) {
    const z = scores.data[i] as number;
    probabilities.data[2 * i] = sigmoid(-z);
    probabilities.data[2 * i + 1] = sigmoid(z);
  }
  return probabilities;
}
