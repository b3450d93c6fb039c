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

/** Rows that are taken together: parameters and gradient are then read and written once for all of them. */
const BLOCK = 4;

/**
 * ½‖w‖² / (C n) + the mean log-loss(yᵢ, xᵢ), scikit-learn's objective (1.5 and newer; older ones minimise C n times as much); intercepts
 * are not penalised. One output is the binary (sigmoid) form, several are the multinomial (softmax) form.
 */
export function logisticObjective(
  features: Matrix,
  labels: ArrayLike<number>,
  outputs: number,
  c: number,
): Objective {
  const { rows, columns } = features;
  const penalty = 1 / (c * rows);
  const scores = new Float64Array(outputs);
  const pulls = new Float64Array(outputs * BLOCK);
  const own = Array.from({ length: outputs }, (_, k) => pulls.subarray(k * BLOCK, (k + 1) * BLOCK));
  return (parameters, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let first = 0; first < rows; first += BLOCK) {
      const count = Math.min(BLOCK, rows - first);
      for (const [k, to] of own.entries()) project(parameters, k * columns, features, first, count, to);
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < outputs; k++) {
          scores[k] = (pulls[k * BLOCK + i] as number) + (parameters[outputs * columns + k] as number);
        }
        loss += residuals(scores, labels[first + i] as number);
        for (let k = 0; k < outputs; k++) {
          const strength = (scores[k] as number) / rows;
          pulls[k * BLOCK + i] = strength;
          gradient[outputs * columns + k] = (gradient[outputs * columns + k] as number) + strength;
        }
      }
      for (const [k, from] of own.entries()) pull(gradient, k * columns, features, first, count, from);
    }
    let squares = 0;
    for (let j = 0; j < outputs * columns; j++) {
      const w = parameters[j] as number;
      squares += w * w;
      gradient[j] = (gradient[j] as number) + penalty * w;
    }
    return loss / rows + (penalty * squares) / 2;
  };
}

/** The inner products of `count` rows, from `first` on, with the weights of one output. */
function project(
  weights: Float64Array,
  start: number,
  { columns, data }: Matrix,
  first: number,
  count: number,
  to: Float64Array,
): void {
  const a = first * columns;
  if (count < BLOCK) {
    for (let i = 0; i < count; i++) to[i] = dot(data, a + i * columns, weights, start, columns);
    return;
  }
  const [b, c, d] = [a + columns, a + 2 * columns, a + 3 * columns];
  let [p, q, r, s] = [0, 0, 0, 0];
  for (let j = 0; j < columns; j++) {
    const weight = weights[start + j] as number;
    p += weight * (data[a + j] as number);
    q += weight * (data[b + j] as number);
    r += weight * (data[c + j] as number);
    s += weight * (data[d + j] as number);
  }
  to[0] = p;
  to[1] = q;
  to[2] = r;
  to[3] = s;
}

/** Adds `count` rows, from `first` on, to the gradient of one output, each as often as its pull says. */
function pull(
  gradient: Float64Array,
  start: number,
  { columns, data }: Matrix,
  first: number,
  count: number,
  pulls: Float64Array,
): void {
  const a = first * columns;
  if (count < BLOCK) {
    for (let i = 0; i < count; i++) {
      const one = pulls[i] as number;
      for (let j = 0; j < columns; j++) {
        gradient[start + j] = (gradient[start + j] as number) + one * (data[a + i * columns + j] as number);
      }
    }
    return;
  }
  const [p, q, r, s] = pulls as unknown as readonly [number, number, number, number];
  const [b, c, d] = [a + columns, a + 2 * columns, a + 3 * columns];
  for (let j = 0; j < columns; j++) {
    gradient[start + j] =
      (gradient[start + j] as number) +
      (p * (data[a + j] as number) +
        q * (data[b + j] as number) +
        r * (data[c + j] as number) +
        s * (data[d + j] as number));
  }
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
