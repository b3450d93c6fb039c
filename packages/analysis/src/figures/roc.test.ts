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
