import { upperGamma } from './gamma.ts';

/** P(Z ≥ |z|) × 2 of the standard normal distribution: the two-sided p-value of a z statistic. */
export function twoSidedP(z: number): number {
  return upperGamma(0.5, (z * z) / 2);
}

/**
 * The standard normal quantile: Acklam's rational approximation (2003, relative error 1.2e-9) with one step of
 * Halley's method, which brings it to full precision.
 *
 * @param p strictly between 0 and 1.
 */
export function normalQuantile(p: number): number {
  const start = acklam(p);
  const tail = twoSidedP(start) / 2;
  const cdf = start < 0 ? tail : 1 - tail;
  const error = (cdf - p) * Math.sqrt(2 * Math.PI) * Math.exp((start * start) / 2);
  return start - error / (1 + (start * error) / 2);
}

/** The z of a two-sided interval of this confidence level, e.g. 1.96 for 0.95. */
export function intervalZ(level: number): number {
  return -normalQuantile((1 - level) / 2);
}

const CENTRE_TOP = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const CENTRE_BOTTOM = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
  1,
];
const TAIL_TOP = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BOTTOM = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
const TAIL = 0.02425;

function acklam(p: number): number {
  if (p > 0.5) return -acklam(1 - p);
  if (p < TAIL) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_TOP, q) / polynomial(TAIL_BOTTOM, q);
  }
  const q = p - 0.5;
  return (q * polynomial(CENTRE_TOP, q * q)) / polynomial(CENTRE_BOTTOM, q * q);
}

/** Horner's rule, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
