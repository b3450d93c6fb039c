import { dot, type Matrix } from '../core/matrix.ts';
import type { Objective } from './lbfgs.ts';

/** log(1 + eᶻ) without overflow. */
export function softplus(z: number): number {
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

/** 1 / (1 + e⁻ᶻ) without overflow. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** Turns logits into probabilities in place. */
export function softmaxInPlace(logits: Float64Array): void {
  const top = logits.reduce((most, z) => Math.max(most, z), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    const e = Math.exp((logits[k] as number) - top);
    logits[k] = e;
    sum += e;
  }
  for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] as number) / sum;
}

/** Cross entropy −log softmax(logits)[label], exact to rounding even when it is nearly zero. */
export function crossEntropy(logits: Float64Array, label: number): number {
  const own = logits[label] as number;
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) if (k !== label) top = Math.max(top, (logits[k] as number) - own);
  let others = 0;
  for (let k = 0; k < logits.length; k++)
    if (k !== label) others += Math.exp((logits[k] as number) - own - top);
  return softplus(top + Math.log(others));
}

/** Scores of one row under `outputs` linear functions: coefficients (outputs × features), then the intercepts. */
export function linearScores(
  parameters: Float64Array,
  features: Matrix,
  row: number,
  scores: Float64Array,
): void {
  const { columns, data } = features;
  const outputs = scores.length;
  for (let k = 0; k < outputs; k++) {
    const intercept = parameters[outputs * columns + k] as number;
    scores[k] = intercept + dot(data, row * columns, parameters, k * columns, columns);
  }
}

/**
 * ½‖w‖² + C Σ log-loss(yᵢ, xᵢ), scikit-learn's objective; intercepts are not penalised. One output is the
 * binary (sigmoid) form, several are the multinomial (softmax) form.
 */
export function logisticObjective(
  features: Matrix,
  labels: ArrayLike<number>,
  outputs: number,
  c: number,
): Objective {
  const { rows, columns, data } = features;
  const scores = new Float64Array(outputs);
  return (parameters, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      linearScores(parameters, features, i, scores);
      loss += c * residuals(scores, labels[i] as number);
      for (let k = 0; k < outputs; k++) {
        const pull = c * (scores[k] as number);
        const start = k * columns;
        for (let j = 0; j < columns; j++) {
          gradient[start + j] = (gradient[start + j] as number) + pull * (data[i * columns + j] as number);
        }
        gradient[outputs * columns + k] = (gradient[outputs * columns + k] as number) + pull;
      }
    }
    let squares = 0;
    for (let j = 0; j < outputs * columns; j++) {
      const w = parameters[j] as number;
      squares += w * w;
      gradient[j] = (gradient[j] as number) + w;
    }
    return loss + squares / 2;
  };
}

/** The log-loss of one patient; replaces the scores by the loss's derivatives. */
function residuals(scores: Float64Array, label: number): number {
  if (scores.length === 1) {
    const z = scores[0] as number;
    scores[0] = sigmoid(z) - label;
    return softplus(label === 1 ? -z : z);
  }
  const loss = crossEntropy(scores, label);
  softmaxInPlace(scores);
  scores[label] = (scores[label] as number) - 1;
  return loss;
}
