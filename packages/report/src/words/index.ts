import { EN, namingModels, type TestKind, testKind, ZH } from '@radweave/remarks';
import type { ReportData } from '../data.ts';
import { english, type Words } from './en.ts';
import type { Language } from './words.ts';
import { chinese } from './zh.ts';

export type { Words } from './en.ts';
export type { ChartWords, Language } from './words.ts';

const LANGUAGES: Readonly<Record<Language, (test: TestKind, modalities: readonly string[]) => Words>> = {
  en: (test, modalities) => english(EN.test[test], namingModels(EN, modalities)),
  zh: (test, modalities) => chinese(ZH.test[test], namingModels(ZH, modalities)),
};

export const WORDS: Readonly<Record<Language, Words>> = {
  en: LANGUAGES.en('external', []),
  zh: LANGUAGES.zh('external', []),
};

/** Words of a report about the test and the modalities that there are. */
export function wordsFor(language: Language, { evaluation, modalities }: ReportData): Words {
  return LANGUAGES[language](testKind(evaluation.findings), modalities);
}
