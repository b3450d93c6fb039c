import { checkFinite, type Numbers } from '../core/checks.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { midranks } from '../core/order.ts';
import { chiSquareTail } from '../special/gamma.ts';

/**
 * The p-value of the Kruskal–Wallis test (1952) of groups' values, corrected for ties, as SciPy's `kruskal`. Empty groups are left
 * out.
 */
export function kruskalWallis(groups: readonly Numbers[]): Estimate {
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length < 2) return absent('few-groups');
  const values = filled.flatMap((group) => Array.from(group));
  checkFinite('values', values);
  const n = values.length;
  const ranks = midranks(values);
  let start = 0;
  let sum = 0;
  for (const group of filled) {
    const total = ranks.subarray(start, start + group.length).reduce((a, b) => a + b, 0);
    sum += (total * total) / group.length;
    start += group.length;
  }
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ties = [...counts.values()].reduce((total, count) => total + count ** 3 - count, 0);
  const correction = 1 - ties / (n ** 3 - n);
  if (!(correction > 0)) return absent('all-equal');
  const statistic = ((12 / (n * (n + 1))) * sum - 3 * (n + 1)) / correction;
  return { value: chiSquareTail(statistic, filled.length - 1), n };
}
