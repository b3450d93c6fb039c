import type { Numbers } from '../core/checks.ts';
import { midranks } from '../core/order.ts';
import { Random } from '../core/random.ts';

/** Of so many orders as far as the observed one, the standard error of p is 7 % of it. */
const ENOUGH = 200;

/** So many orders take seconds; nearer to 1 than 0.998 a level has fewer than enough. */
const MOST = 100_000;

/**
 * The two-sided p of a permutation test of the macro AUC ({@link macroAuc}): in what share of orders of the labels it lies as far
 * from 0.5. Counting stops once enough orders do, by when p is above the limit (Besag and Clifford 1991, Biometrika 78:301).
 *
 * @param labels 0 … K − 1, one per patient, every class among them.
 * @param columns of each class the patients' scores.
 * @param limit the p that matters, such as 0.05.
 */
export function macroPermutationP(
  labels: Numbers,
  columns: readonly Numbers[],
  { limit, seed }: { limit: number; seed: number },
): number {
  const n = labels.length;
  const weights = columns.map((column, label) => {
    const own = Array.from(labels).filter((one) => one === label).length;
    return midranks(column).map((rank) => (rank - (n + 1) / 2) / (columns.length * own * (n - own)));
  });
  // An AUC less 0.5 is the sum of its own patients' ranks about their mean, over the pairs.
  const distance = (order: Numbers): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += weights[order[i] as number]?.[i] ?? 0;
    return Math.abs(sum);
  };
  // Equal sums may be rounded differently.
  const observed = distance(labels) - 1e-9;
  const random = new Random(seed, 'macro AUC');
  const order = Uint32Array.from(labels);
  const orders = Math.min(MOST, Math.ceil(ENOUGH / limit));
  let far = 0;
  for (let drawn = 1; drawn <= orders; drawn++) {
    if (distance(random.shuffle(order)) >= observed) far++;
    if (far === ENOUGH) return far / drawn;
  }
  return (far + 1) / (orders + 1);
}
