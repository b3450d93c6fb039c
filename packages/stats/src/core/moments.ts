import type { Numbers } from './checks.ts';

/**
 * The arithmetic mean; NaN for no values, so callers check n first. Summed as differences from the first value, so
 * that equal values have exactly their own value as mean, and no variance.
 */
export function mean(values: Numbers): number {
  const first = values[0] ?? Number.NaN;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) - first;
  return first + sum / values.length;
}

/** The sample variance (divisor n − 1) in two passes; NaN for fewer than two values. */
export function sampleVariance(values: Numbers): number {
  return sampleCovariance(values, values);
}

/** The sample covariance (divisor n − 1) of two columns of equal length. */
export function sampleCovariance(a: Numbers, b: Numbers): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - meanA) * ((b[i] as number) - meanB);
  return sum / (a.length - 1);
}
