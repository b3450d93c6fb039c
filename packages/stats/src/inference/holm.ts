import { StatsInputError } from '../core/errors.ts';

/**
 * Holm's step-down correction (1979), as R's `p.adjust(method = "holm")`. Comparisons without a p-value stay null
 * and do not count.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const known: { p: number; at: number }[] = [];
  for (const [at, p] of pValues.entries()) {
    if (p === null) continue;
    if (!(p >= 0 && p <= 1)) throw new StatsInputError(`pValues[${at}] is ${p}: it must be within 0 and 1`);
    known.push({ p, at });
  }
  known.sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let floor = 0;
  for (const [rank, { p, at }] of known.entries()) {
    floor = Math.max(floor, Math.min(1, (known.length - rank) * p));
    adjusted[at] = floor;
  }
  return adjusted;
}
