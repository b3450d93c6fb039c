import { checkCount, checkFinite, checkSameLength, type Numbers } from '../core/checks.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { mean, sampleVariance } from '../core/moments.ts';

/** Standardized difference of a continuous variable: (mean₁ − mean₂) / √((s₁² + s₂²)/2) (Austin 2009). */
export function standardizedDifference(first: Numbers, second: Numbers): Estimate {
  checkFinite('first', first);
  checkFinite('second', second);
  if (first.length < 2 || second.length < 2) return absent('group-of-one');
  const spread = Math.sqrt((sampleVariance(first) + sampleVariance(second)) / 2);
  if (!(spread > 0)) return absent('variable-constant');
  return { value: (mean(first) - mean(second)) / spread, n: first.length + second.length };
}

/**
 * Standardized difference of a categorical variable: the Mahalanobis distance of the two vectors of proportions
 * (Yang & Dalton 2012), never negative. For two categories it is |p₁ − p₂| / √((p₁q₁ + p₂q₂)/2).
 *
 * @param first counts per category; `second` in the same order.
 */
export function standardizedDifferenceCategorical(first: Numbers, second: Numbers): Estimate {
  checkSameLength('first', first, 'second', second);
  const total = (counts: Numbers): number =>
    Array.from(counts).reduce((sum, count, i) => {
      checkCount(`count ${i}`, count, 0);
      return sum + count;
    }, 0);
  const [n1, n2] = [total(first), total(second)];
  if (n1 === 0 || n2 === 0) return absent('group-empty');
  // Categories nobody has say nothing; the last of the others follows from the rest.
  const used = Array.from(first, (_, i) => i).filter((i) => (first[i] as number) + (second[i] as number) > 0);
  const free = used.slice(0, -1);
  if (free.length === 0) return absent('variable-constant');
  const p1 = free.map((i) => (first[i] as number) / n1);
  const p2 = free.map((i) => (second[i] as number) / n2);
  const gap = p1.map((p, i) => p - (p2[i] as number));
  const covariance = free.map((_, i) =>
    free.map((_, j) => {
      const own = (p: number[]): number =>
        (i === j ? (p[i] as number) : 0) - (p[i] as number) * (p[j] as number);
      return (own(p1) + own(p2)) / 2;
    }),
  );
  const solved = solve(covariance, gap);
  if (solved === undefined) return absent('no-shared-category');
  const square = gap.reduce((sum, value, i) => sum + value * (solved[i] as number), 0);
  return { value: Math.sqrt(Math.max(0, square)), n: n1 + n2 };
}

/** Gaussian elimination with partial pivoting; undefined for a singular matrix. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | undefined {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  const cell = (i: number, j: number): number => rows[i]?.[j] as number;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++)
      if (Math.abs(cell(i, column)) > Math.abs(cell(pivot, column))) pivot = i;
    if (Math.abs(cell(pivot, column)) < 1e-12) return undefined;
    const [top, swapped] = [rows[pivot] as number[], rows[column] as number[]];
    rows[column] = top;
    rows[pivot] = swapped;
    for (let i = column + 1; i < n; i++) {
      const share = cell(i, column) / cell(column, column);
      rows[i] = (rows[i] as number[]).map((value, j) => value - share * (top[j] as number));
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = cell(i, n);
    for (let j = i + 1; j < n; j++) sum -= cell(i, j) * (x[j] as number);
    x[i] = sum / cell(i, i);
  }
  return x;
}
