import { logChoose } from '../special/gamma.ts';
import { twoSidedP } from '../special/normal.ts';
import { macroPermutationP } from './permutation.ts';

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

/** A patient's class, and the probabilities of all classes. */
export interface Ranked {
  readonly label: number;
  readonly probabilities: readonly number[];
}

export interface ChanceVerdict {
  readonly says: AgainstChance;
  /** Probability that guessing separates these patients completely. */
  readonly exact: number;
  /** p of the rank test; null where the interval needs none, as it holds 0.5. */
  readonly rank: number | null;
}

/**
 * Compares an AUC with 0.5 by its interval, where there are patients enough: of all orders of the patients, 2 in n over k
 * separate k of them from the rest ({@link separationP}), and where that is not rare no AUC is. A rank test must agree
 * ({@link rankP}, {@link macroPermutationP}), as DeLong's interval and the bootstrap's, which hold for many patients, leave out 0.5
 * too often with few. Where the classes are separated completely the interval has no width and says nothing; then the orders decide.
 * With several classes (macro AUC) the most balanced one counts.
 *
 * @param patients those of the AUC, with this many classes.
 * @param level of the interval, such as 0.95.
 * @returns `unknown` without an AUC, or where it has no interval, as with one patient of a class, and its classes are not separated.
 */
export function againstChance(
  { value, lower, upper }: AreaWithInterval,
  patients: readonly Ranked[],
  classes: number,
  { level, seed }: { level: number; seed: number },
): ChanceVerdict {
  const limit = 1 - level;
  const labels = patients.map(({ label }) => label);
  const counts = Array.from({ length: classes }, (_, k) => labels.filter((label) => label === k).length);
  const exact = separationP(counts);
  const verdict = (says: AgainstChance, rank: number | null = null) => ({ says, exact, rank });
  if (value === null) return verdict('unknown');
  if (exact >= limit) return verdict('too few');
  if (lower === undefined || upper === undefined || upper <= lower) {
    if (value > 0 && value < 1) return verdict(lower === undefined ? 'unknown' : 'not better');
    return verdict(value === 1 ? 'better' : 'worse');
  }
  if (lower <= 0.5 && upper >= 0.5) return verdict('not better');
  const columns = counts.map((_, k) => patients.map(({ probabilities }) => probabilities[k] ?? Number.NaN));
  const rank = classes === 2 ? rankP(value, counts) : macroPermutationP(labels, columns, { limit, seed });
  if (rank !== null && rank >= limit) return verdict('not better', rank);
  return verdict(lower > 0.5 ? 'better' : 'worse', rank);
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
