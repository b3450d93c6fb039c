import type { Evaluation } from '@radweave/artifacts';
import { EN, type TestKind, testKind, ZH } from '@radweave/remarks';
import { english, type Words } from './en.ts';
import type { Language } from './words.ts';
import { chinese } from './zh.ts';

export type { Words } from './en.ts';
export type { ChartWords, Language } from './words.ts';

const LANGUAGES: Readonly<Record<Language, (test: TestKind) => Words>> = {
  en: (test) => english(EN.test[test]),
  zh: (test) => chinese(ZH.test[test]),
};

export const WORDS: Readonly<Record<Language, Words>> = {
  en: LANGUAGES.en('external'),
  zh: LANGUAGES.zh('external'),
};

/** Words of a report about the test that there is. */
export function wordsFor(language: Language, { findings }: Pick<Evaluation, 'findings'>): Words {
  return LANGUAGES[language](testKind(findings));
}
