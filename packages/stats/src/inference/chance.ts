import { logChoose } from '../special/gamma.ts';

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
 * separate k of them from the rest ({@link separationP}; Mann & Whitney 1947, Ann Math Stat 18:50), and where that is not rare
 * no AUC is, whatever DeLong's interval, which holds for many patients. Where the classes are separated completely that interval
 * has no width and says nothing; then these orders decide. With several classes (macro AUC) the most balanced one counts.
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
  if (lower !== undefined && upper !== undefined && upper > lower)
    return lower > 0.5 ? 'better' : upper < 0.5 ? 'worse' : 'not better';
  if (value > 0 && value < 1) return lower === undefined ? 'unknown' : 'not better';
  return value === 1 ? 'better' : 'worse';
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
