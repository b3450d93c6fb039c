import { distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to a mistyped word (Levenshtein 1966), ignoring case and the difference of `-` and `_`. Ties go to
 * the first.
 *
 * @returns undefined without candidates.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  const edits = candidates.map((candidate) => distance(plain(word), plain(candidate)));
  return candidates[edits.indexOf(Math.min(...edits))];
}

/** How many letters must be put in, left out or changed to make one word of another (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  return distance(a, b);
}
