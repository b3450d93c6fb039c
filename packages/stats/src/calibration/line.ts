import type { Numbers } from '../core/checks.ts';
import { sigmoid } from '../linear/logistic-loss.ts';

/** A fitted logistic line a + b x and the covariance of (a, b). */
export interface LogisticLine {
  readonly intercept: number;
  readonly slope: number;
  readonly interceptVariance: number;
  readonly slopeVariance: number;
}

const MAX_STEPS = 100;

/**
 * Unpenalised logistic regression on one variable by Newton's method with step halving.
 *
 * @param targets 0–1, possibly fractional (Platt).
 * @param fixedSlope keeps the slope at 1 (x is an offset) and fits the intercept alone.
 * @returns undefined when it does not converge (separated classes).
 */
export function logisticLine(x: Numbers, targets: Numbers, fixedSlope = false): LogisticLine | undefined {
  let intercept = 0;
  let slope = fixedSlope ? 1 : 0;
  let state = evaluate(x, targets, intercept, slope);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { h00, h01, h11, g0, g1 } = state;
    const determinant = fixedSlope ? h00 : h00 * h11 - h01 * h01;
    if (!(determinant > 0)) return undefined;
    const moveIntercept = fixedSlope ? g0 / h00 : (h11 * g0 - h01 * g1) / determinant;
    const moveSlope = fixedSlope ? 0 : (h00 * g1 - h01 * g0) / determinant;
    const decrement = g0 * moveIntercept + g1 * moveSlope;
    if (Math.abs(fixedSlope ? g0 * moveIntercept : decrement) < 1e-22) {
      return {
        intercept,
        slope,
        interceptVariance: fixedSlope ? 1 / h00 : h11 / determinant,
        slopeVariance: fixedSlope ? 0 : h00 / determinant,
      };
    }
    let share = 1;
    let next = evaluate(x, targets, intercept - moveIntercept, slope - moveSlope);
    while (next.loss > state.loss + 1e-12 * Math.abs(state.loss) && share > 1e-6) {
      share /= 2;
      next = evaluate(x, targets, intercept - share * moveIntercept, slope - share * moveSlope);
    }
    intercept -= share * moveIntercept;
    slope -= share * moveSlope;
    state = next;
  }
  return undefined;
}

interface State {
  readonly loss: number;
  readonly g0: number;
  readonly g1: number;
  readonly h00: number;
  readonly h01: number;
  readonly h11: number;
}

function evaluate(x: Numbers, targets: Numbers, intercept: number, slope: number): State {
  let loss = 0;
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const xi = x[i] as number;
    const target = targets[i] as number;
    const z = intercept + slope * xi;
    const p = sigmoid(z);
    const curvature = p * (1 - p);
    loss += Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - target * z;
    g0 += p - target;
    g1 += (p - target) * xi;
    h00 += curvature;
    h01 += curvature * xi;
    h11 += curvature * xi * xi;
  }
  return { loss, g0, g1, h00, h01, h11 };
}
