import { addScaled, dot } from '../core/matrix.ts';
import { type LinePoint, strongWolfeStep } from './wolfe.ts';

/** A smooth function: returns the value at `x` and writes the gradient there. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  readonly maxIterations: number;
  /** The largest absolute gradient entry that counts as zero. */
  readonly tolerance: number;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const MEMORY = 10;
/** A relative decrease that double precision cannot tell from none (scikit-learn's `ftol`, 64 eps). */
const FLAT = 64 * Number.EPSILON;

/**
 * Unconstrained minimum by L-BFGS (Liu & Nocedal 1989; two-loop recursion of Nocedal & Wright 2006, algorithm
 * 7.4) with a strong-Wolfe line search. Converged when the gradient is within tolerance, or the decrease
 * made or foreseen is within rounding.
 */
export function minimise(objective: Objective, start: Float64Array, options: LbfgsOptions): Minimum {
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const history: Pair[] = [];
  let iterations = 0;
  let converged = largest(gradient) <= options.tolerance;

  while (!converged && iterations < options.maxIterations) {
    const direction = descentDirection(gradient, history);
    const trialX = new Float64Array(x.length);
    const trialGradient = new Float64Array(x.length);
    const origin = x;
    const evaluate = (step: number): LinePoint => {
      for (let j = 0; j < origin.length; j++) {
        trialX[j] = (origin[j] as number) + step * (direction[j] as number);
      }
      const here = objective(trialX, trialGradient);
      return { step, value: here, slope: inner(trialGradient, direction) };
    };
    const firstStep = history.length === 0 ? Math.min(1, 1 / Math.sqrt(inner(direction, direction))) : 1;
    const slope = inner(gradient, direction);
    if (history.length > 0 && -slope <= FLAT * Math.max(Math.abs(value), 1)) {
      converged = true;
      break;
    }
    const found = strongWolfeStep(evaluate, value, slope, firstStep);
    if (found === undefined) {
      // A stale curvature estimate is dropped once; steepest descent that fails as well is the end.
      if (history.length === 0) break;
      history.length = 0;
      continue;
    }
    iterations++;
    remember(history, difference(trialX, x), difference(trialGradient, gradient));
    const decrease = (value - found.value) / Math.max(Math.abs(value), Math.abs(found.value), 1);
    x = trialX;
    gradient = trialGradient;
    value = found.value;
    converged = largest(gradient) <= options.tolerance || decrease <= FLAT;
  }
  return { x, value, iterations, converged };
}

/** A step and the change of gradient over it. */
interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

function remember(history: Pair[], step: Float64Array, change: Float64Array): void {
  const curvature = inner(step, change);
  if (!(curvature > Number.EPSILON * inner(change, change))) return;
  history.push({ step, change, curvature });
  if (history.length > MEMORY) history.shift();
}

function descentDirection(gradient: Float64Array, history: readonly Pair[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const weights: number[] = [];
  for (const pair of history.toReversed()) {
    const weight = inner(pair.step, direction) / pair.curvature;
    weights.push(weight);
    addScaled(direction, -weight, pair.change);
  }
  const newest = history.at(-1);
  if (newest !== undefined) {
    const scale = newest.curvature / inner(newest.change, newest.change);
    for (let j = 0; j < direction.length; j++) direction[j] = scale * (direction[j] as number);
  }
  for (const pair of history) {
    const weight = (weights.pop() ?? 0) - inner(pair.change, direction) / pair.curvature;
    addScaled(direction, weight, pair.step);
  }
  return direction;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - (b[j] as number));
}

function inner(a: Float64Array, b: Float64Array): number {
  return dot(a, 0, b, 0, a.length);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
