import type { FrozenRecord } from '@radweave/artifacts';
import type { Words } from '../words/en.ts';

/** Which patients decided it: `JM, validation, n = 12`. */
export function fittedOnText(words: Words, { fitted_on }: FrozenRecord): string {
  const splits = fitted_on.splits.map((split) => {
    return split === 'train' || split === 'val' || split === 'test' ? words.splits[split] : split;
  });
  return words.items([words.list(fitted_on.hospitals), splits.join(' + '), `n = ${fitted_on.n}`]);
}
