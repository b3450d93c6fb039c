import type { Evaluation } from '@radweave/artifacts';
import { isInternalTest, ofInternalTest } from '@radweave/remarks';
import { EN, type Words } from './en.ts';
import type { Language } from './words.ts';
import { ZH } from './zh.ts';

export type { Words } from './en.ts';
export type { ChartWords, Language } from './words.ts';

export const WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH };

/** Words of a report, of which each sentence about the test is one about the test that there is. */
export function wordsFor(language: Language, { findings }: Pick<Evaluation, 'findings'>): Words {
  return isInternalTest(findings) ? retold(WORDS[language]) : WORDS[language];
}

/** Words whose texts, and those of their functions, are about an internal test. */
function retold<T>(words: T): T {
  if (typeof words === 'string') return ofInternalTest(words) as T;
  if (Array.isArray(words)) return words.map(retold) as T;
  if (typeof words === 'function') return ((...args: unknown[]) => retold(words(...args))) as T;
  if (typeof words !== 'object' || words === null) return words;
  return Object.fromEntries(Object.entries(words).map(([name, one]) => [name, retold(one)])) as T;
}
