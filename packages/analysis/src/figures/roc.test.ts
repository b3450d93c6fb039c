import { delongAuc } from '@radweave/stats';
import { expect, test } from 'vitest';
import { confusionFigures } from './confusion.ts';
import { titleOf } from './figure.ts';
import { rocFigures } from './roc.ts';

test('where the fused model predicts nobody, that is the reason, not their labels', () => {
  const results = {
    modalities: ['A', 'P'],
    labels: ['0', '1'],
    models: ['fused'],
    threshold: '0.5',
    metrics: [],
    level: 0.95,
    cohort: { val: 3, test: 0 },
    predictions: { val: [], test: [] },
  };
  const reasons = [rocFigures(results), confusionFigures(results)].flatMap(({ skipped }) =>
    skipped.map(({ reason }) => reason),
  );
  expect(reasons).toContain('the fused model predicts nobody: no validation patient has every modality');
  expect(reasons).toContain('there are no test patients');
  expect(reasons.join()).not.toMatch(
    /one label only|there are no (?:validation|external)|no external test patient/,
  );
  const ofOne = rocFigures({ ...results, modalities: ['A'] }).skipped.map(({ reason }) => reason);
  expect(ofOne[0]).toMatch(/^the logistic regression on the features of A predicts nobody/);
});

test('a title is as wide as its picture, whatever modalities are called', () => {
  const { text, subtitle } = titleOf(
    'ROC of the logistic regression on the features of Arterial phase with fat saturation, test, by hospital',
    '',
  );
  expect(text).toEqual([
    'ROC of the logistic regression on the features of Arterial',
    'phase with fat saturation, test, by hospital',
  ]);
  expect(subtitle).toEqual(['']);
  expect(titleOf('ROC of the fused model, test, by hospital', 'Circle').text).toHaveLength(1);
});

const SCORES = [0.2, 0.3, 0.4, 0.8, 0.7, 0.9];

test('a curve says the level of the interval of its AUC', () => {
  const row = (patient: string, label: number, probability_fused: number) => ({
    ...{ patient, hospital: 'JM', label, predicted: label, in_sample: 'no' as const, note: '' },
    probability_fused,
  });
  const { figures } = rocFigures({
    modalities: ['A', 'P'],
    labels: ['grade0', 'grade1'],
    models: ['fused'],
    threshold: null,
    metrics: [],
    level: 0.975,
    cohort: { val: 5, test: 0 },
    predictions: { val: SCORES.map((p, i) => row(String(i), i % 2, p)), test: [] },
  });
  const area = delongAuc([0, 1, 0, 1, 0, 1], SCORES, 0.975);
  const { lower = 0, upper = 0 } = area.value === null ? {} : area;
  expect(JSON.stringify(figures)).toContain(`AUC 0.78 (97.5 % ${lower.toFixed(2)}–${upper.toFixed(2)})`);
});
