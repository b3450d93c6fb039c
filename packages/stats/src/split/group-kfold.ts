import { checkCount, checkSameLength, type Numbers } from '../core/checks.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { compareCodePoints } from '../core/order.ts';
import { Random } from '../core/random.ts';

/** The rows of one fold are validated by a model trained on all other folds. */
export interface Folds {
  /** Fold of each row, 0 … k − 1. */
  readonly foldOf: Int32Array;
  readonly folds: number;
}

/**
 * Stratified K-fold by group: all rows of a group (a patient) share a fold, and folds resemble each other in
 * classes. Greedy as scikit-learn's `StratifiedGroupKFold(shuffle=True)`: groups in random order, most uneven
 * first, each to the fold that keeps class shares most even, then to the smallest. The result depends on the set
 * of groups, not on the order of rows.
 *
 * @param labels one per row.
 * @param groups the patient of each row.
 * @returns null with the reason when a class occurs in fewer than k groups.
 */
export function stratifiedGroupKFold(
  labels: Numbers,
  groups: readonly string[],
  k: number,
  seed: number,
): Outcome<Folds> {
  checkCount('k', k, 2);
  checkSameLength('labels', labels, 'groups', groups);
  const classes = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  if (classes.length === 0) return absent('none-to-fold');
  const counts = countsByGroup(labels, groups, classes);
  for (const [c, label] of classes.entries()) {
    const having = [...counts.values()].filter((count) => (count[c] ?? 0) > 0).length;
    if (having < k) return absent('few-for-folds', { label, n: having, folds: k });
  }
  const names = [...counts.keys()].sort(compareCodePoints);
  new Random(seed, `folds/${k}`).shuffle(names);
  names.sort((a, b) => spread(counts.get(b) ?? []) - spread(counts.get(a) ?? []));

  const totals = classes.map((_, c) => [...counts.values()].reduce((sum, count) => sum + (count[c] ?? 0), 0));
  const filled = Array.from({ length: k }, () => classes.map(() => 0));
  const foldOfGroup = new Map<string, number>();
  for (const name of names) {
    const count = counts.get(name) ?? [];
    const fold = bestFold(filled, count, totals);
    filled[fold] = (filled[fold] ?? []).map((sum, c) => sum + (count[c] ?? 0));
    foldOfGroup.set(name, fold);
  }
  return { value: { foldOf: Int32Array.from(groups, (group) => foldOfGroup.get(group) ?? 0), folds: k } };
}

export function foldRows(folds: Folds, fold: number): { train: number[]; validation: number[] } {
  const rows = [...folds.foldOf.keys()];
  return {
    train: rows.filter((i) => folds.foldOf[i] !== fold),
    validation: rows.filter((i) => folds.foldOf[i] === fold),
  };
}

function countsByGroup(
  labels: Numbers,
  groups: readonly string[],
  classes: readonly number[],
): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const [i, group] of groups.entries()) {
    const count = counts.get(group) ?? classes.map(() => 0);
    const c = classes.indexOf(labels[i] as number);
    count[c] = (count[c] ?? 0) + 1;
    counts.set(group, count);
  }
  return counts;
}

function bestFold(filled: readonly number[][], count: readonly number[], totals: readonly number[]): number {
  const unevenness = (fold: number): number => {
    const perClass = totals.map((total, c) =>
      spread(filled.map((sums, f) => ((sums[c] ?? 0) + (f === fold ? (count[c] ?? 0) : 0)) / total)),
    );
    return perClass.reduce((sum, value) => sum + value, 0) / perClass.length;
  };
  const size = (fold: number): number => (filled[fold] ?? []).reduce((sum, value) => sum + value, 0);
  let best = 0;
  let least = unevenness(0);
  for (let fold = 1; fold < filled.length; fold++) {
    const here = unevenness(fold);
    const tie = Math.abs(here - least) <= 1e-9;
    if (here < least - 1e-9 || (tie && size(fold) < size(best))) {
      best = fold;
      least = here;
    }
  }
  return best;
}

/** Population standard deviation. */
function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
