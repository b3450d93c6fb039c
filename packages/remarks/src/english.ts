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
  test: {
    external: {
      set: 'external test',
      title: 'External test',
      patient: 'external patient',
      patients: 'external patients',
      hospital: 'external hospital',
      hospitals: 'external hospitals',
      where: 'outside the home hospital',
    },
    internal: {
      set: 'test',
      title: 'Test',
      patient: 'test patient',
      patients: 'test patients',
      hospital: 'hospital of the test set',
      hospitals: 'hospitals of the test set',
      where: 'in the test set',
    },
  },
  model: (name) => name,
  fault: ({ text }) => text,
};
