import { logChoose } from '../special/gamma.ts';
import { twoSidedP } from '../special/normal.ts';

/**
 * What an AUC says about guessing: whether its interval leaves out 0.5, and on which side. `too few`: no AUC of so many patients
 * could say anything.
 */
export type AgainstChance = 'better' | 'not better' | 'worse' | 'too few' | 'unknown';

export interface AreaWithInterval {
  readonly value: number | null;
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
}

/**
 * Compares an AUC with 0.5 by its interval, where there are patients enough: of all orders of the patients, 2 in n over k
 * separate k of them from the rest ({@link separationP}), and where that is not rare no AUC is. Of two classes the rank test
 * ({@link rankP}) must agree, as DeLong's interval, which holds for many patients, leaves out 0.5 too often with few. Where the
 * classes are separated completely that interval has no width and says nothing; then the orders decide. With several classes
 * (macro AUC) the most balanced one counts.
 *
 * @param counts patients of each class.
 * @param level of the interval, such as 0.95.
 * @returns `unknown` without an AUC, or where it has no interval, as with one patient of a class, and its classes are not separated.
 */
export function againstChance(
  { value, lower, upper }: AreaWithInterval,
  counts: readonly number[],
  level: number,
): AgainstChance {
  if (value === null) return 'unknown';
  if (separationP(counts) >= 1 - level) return 'too few';
  if (lower !== undefined && upper !== undefined && upper > lower) {
    if (lower <= 0.5 && upper >= 0.5) return 'not better';
    const p = rankP(value, counts);
    if (p !== null && p >= 1 - level) return 'not better';
    return lower > 0.5 ? 'better' : 'worse';
  }
  if (value > 0 && value < 1) return lower === undefined ? 'unknown' : 'not better';
  return value === 1 ? 'better' : 'worse';
}

/** Beyond so many pairs of patients the normal approximation is as good as counting. */
const COUNTED_PAIRS = 4000;

/**
 * The two-sided p of the rank test of Mann and Whitney (1947, Ann Math Stat 18:50): how often guessing puts the AUC as far from 0.5.
 * Exact for patients without ties, with which it errs to the larger side; for many of them approximate. Null but of two classes.
 *
 * @param counts patients of each class.
 */
export function rankP(auc: number, counts: readonly number[]): number | null {
  const [m = 0, n = 0] = counts;
  const pairs = m * n;
  if (counts.length !== 2 || pairs === 0) return null;
  const far = Math.abs(auc - 0.5) * pairs;
  if (pairs > COUNTED_PAIRS) {
    const deviation = Math.sqrt((pairs * (m + n + 1)) / 12);
    return twoSidedP(Math.max(0, far - 0.5) / deviation);
  }
  // Sums of rounded AUCs are compared, not of whole pairs.
  const isFar = (wins: number): boolean => Math.abs(wins - pairs / 2) >= far - 1e-9 * pairs;
  return winsOf(m, n).reduce((sum, share, wins) => (isFar(wins) ? sum + share : sum), 0);
}

/** How the number of pairs that one class wins is distributed where all orders of m and n patients are as likely. */
function winsOf(m: number, n: number): Float64Array {
  // Whoever is last of all belongs to one class or the other; of each number of patients of the second class a row.
  let rows = Array.from({ length: n + 1 }, () => Float64Array.of(1));
  for (let i = 1; i <= m; i++) {
    const next = [Float64Array.of(1)];
    for (let j = 1; j <= n; j++) {
      const wins = new Float64Array(i * j + 1);
      rows[j]?.forEach((share, u) => {
        wins[u + j] = (wins[u + j] ?? 0) + (share * i) / (i + j);
      });
      next[j - 1]?.forEach((share, u) => {
        wins[u] = (wins[u] ?? 0) + (share * j) / (i + j);
      });
      next.push(wins);
    }
    rows = next;
  }
  return rows[n] ?? Float64Array.of(1);
}

/**
 * The two-sided probability that guessing separates the classes completely.
 *
 * @param counts patients of each class.
 */
export function separationP(counts: readonly number[]): number {
  const n = counts.reduce((sum, count) => sum + count, 0);
  return Math.min(1, ...counts.map((count) => 2 / Math.exp(logChoose(n, count))));
}
