import { expect, test } from 'vitest';
import { rocBand } from './roc-band.ts';

test('a resample keeps the patients of each label in each stratum', () => {
  const labels = [0, 1, 0, 1, 0, 1];
  const scores = [0.1, 0.4, 0.3, 0.2, 0.5, 0.9];
  const options = { seed: 1, replicates: 200 };
  const band = rocBand(labels, scores, { ...options, strata: [0, 0, 1, 1, 2, 2] }).value;
  // Where each label of a stratum has one patient, every resample is the patients themselves.
  expect(band?.lower).toEqual(band?.upper);
  const mixed = rocBand(labels, scores, options).value;
  expect(mixed?.lower).not.toEqual(mixed?.upper);
  expect(() => rocBand(labels, scores, { ...options, strata: [0, 1] })).toThrow('strata');
});
