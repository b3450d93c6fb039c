import { CODES } from './en/index.ts';
import type { Language } from './language.ts';

const sentences = Object.entries(CODES).map(([code, entry]) => [
  code,
  typeof entry === 'string' ? entry : entry.english,
]);

/** English, in which the codes are defined. */
export const EN: Language = {
  sentences: Object.fromEntries(sentences) as Language['sentences'],
  splits: { train: 'train', val: 'val', test: 'test' },
  aggregation: (name) => name,
  term: (name) => name,
  model: (name) => name,
  fault: ({ text }) => text,
};
