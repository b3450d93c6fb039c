import { expect, test } from 'vitest';
import { planFolds, planHospitals } from '../folds/plan.ts';
import { type DividedBy, type LearningSets, requireLearnable } from './learnable.ts';

const of = (hospital: string, ...labels: number[]): { hospital: string; label: number }[] =>
  labels.map((label) => ({ hospital, label }));

function refusal(
  sets: Partial<LearningSets>,
  classes = 2,
  names: readonly string[] = [],
  by: DividedBy = 'drawn',
): string {
  const all = { train: of('DU', 0, 0, 1), val: of('DU', 0, 1), test: of('HT', 0, 1), ...sets };
  try {
    requireLearnable(all, classes, 'modality A', (split) => `${split}_A.csv`, by, names);
    return '';
  } catch (error) {
    return String(error);
  }
}

test('what has every class in training and validation can be learned, whatever the external test set has', () => {
  expect(refusal({})).toBe('');
  expect(refusal({ test: [] })).toBe('');
  expect(refusal({ test: of('HT', 1) })).toBe('');
});

test('a class missing in training or validation is named, with what is there', () => {
  expect(refusal({ train: of('DU', 0, 0) })).toMatch(
    /modality A cannot be learned: training has no patient of label 1 \(it has 2 of label 0\) \(train_A\.csv\)\. Add patients/,
  );
  expect(refusal({ val: of('DU', 1) })).toMatch(
    /validation has no patient of label 0 \(it has 1 of label 1\)/,
  );
  expect(refusal({ train: [], val: [] })).toMatch(
    /training has no patient of label 0 or 1 \(it has no patients\); validation has no/,
  );
  expect(refusal({}, 3)).toMatch(
    /no patient of label 2.*If there are 2 classes, set model.num_classes to 2, and where data.labels is set, name 2 there\. Otherwise/,
  );
});

test.each([
  ['drawn', /Add patients of that label to the home hospital \(or choose another --train_ratio\)/],
  ['table', /\. Correct the sets in the table, or add .* run radweave preprocess again$/],
  ['own', /\. Correct the split files$/],
  ['folds', /\. Add patients of that label; to leave hospitals out, patients of other hospitals$/],
] as const)('what is advised of sets that were made otherwise: %s', (by, advice) => {
  const told = refusal({ val: of('DU', 0) }, 2, [], by);
  expect(told).toMatch(advice);
  expect(told.includes('--train_ratio')).toBe(by === 'drawn');
  expect(refusal({}, 3, [], by)).toMatch(/set model.num_classes to 2, and .* name 2 there\. Otherwise: .*/);
});

test('a label that only the external test set has is refused with the hospital', () => {
  expect(refusal({ test: of('HT', 0, 2, 2) })).toMatch(
    /label 2 is in the test set only \(2 patients of HT\), so no network can learn it/,
  );
  expect(refusal({ train: of('DU', 0, 1, 2) })).toMatch(
    /label 2 does not fit model.num_classes 2.*to 3, and where data.labels is set, name 3/,
  );
  const names = ['low', 'mid', 'high', 'top'];
  expect(refusal({ train: of('DU', 0, 1, 2, 3) }, 2, names)).toMatch(
    /labels 2 \(high\) and 3 \(top\) do not fit model.num_classes 2.*to 4/,
  );
  expect(refusal({ val: of('DU', 1) }, 2, names)).toMatch(/no patient of label 0 \(low\)/);
  expect(refusal({ test: of('HT', 0, 2) }, 2, names)).toMatch(/label 2 \(high\) is in the test set only/);
});

test('folds and hospitals left out are checked before the first of them is trained', () => {
  const rows = (hospital: string, label: number, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const patient = `${hospital}${label}${i}`;
      return { path: `${patient}.png`, label, patient, hospital };
    });
  const learned = { classes: 2, splitsDir: 'splits' };
  const cohort = [...rows('A', 0, 6), ...rows('B', 0, 6), ...rows('B', 1, 6)];
  expect(() => planHospitals(cohort, 1, learned)).toThrow(
    /the model without B cannot be learned: training has no patient of label 1/,
  );
  expect(planFolds(cohort, 3, 1, learned)).toHaveLength(3);
  expect(() => planFolds(cohort, 3, 1, { ...learned, classes: 3 })).toThrow(
    /fold 1 cannot be learned.*label 2/,
  );
});
