import { EN, type Words } from './en.ts';
import type { Language } from './words.ts';
import { ZH } from './zh.ts';

export type { Words } from './en.ts';
export type { ChartWords, Language } from './words.ts';

export const WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH };
