import { groupBy } from '../group-by.ts';

/**
 * The kinds of patients by the modalities that they have, each once: those who have all first, then in the order of the
 * modalities.
 *
 * @param owned the modalities of each patient, in the order of `modalities`.
 */
export function kindsOf(owned: Iterable<readonly string[]>, modalities: readonly string[]): string[][] {
  const place = (own: readonly string[]): string =>
    modalities.map((modality) => (own.includes(modality) ? 'a' : 'b')).join('');
  const kinds = new Map([modalities, ...owned].map((own) => [place(own), [...own]]));
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
}

/** Those of one set and hospital beside each other, in the order of their labels; sets and hospitals stay in theirs. */
export function inOrderOfLabels<T extends { split: string; hospital: string; label: number }>(
  all: readonly T[],
): T[] {
  const groups = groupBy(all, ({ split, hospital }) => JSON.stringify([split, hospital]));
  return [...groups.values()].flatMap((own) => [...own].sort((a, b) => a.label - b.label));
}
