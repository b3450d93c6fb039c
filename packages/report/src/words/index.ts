import { EN } from './en.ts';
import type { Language, Words } from './words.ts';
import { ZH } from './zh.ts';

export type { ChartWords, Language, Words } from './words.ts';

/** The texts of every language. */
export const WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH };
