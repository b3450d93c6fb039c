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
    metrics: [
      {
        ...{ model: 'fused', split: 'val', hospital: 'all', positive_label: '1', n: 2, n_positive: 1 },
        ...{
          auc: 0.75,
          auc_lower: 0.6,
          auc_upper: 0.9,
          accuracy: null,
          sensitivity: null,
          specificity: null,
        },
        ...{ threshold: null, accuracy_at_0_5: null, sensitivity_at_0_5: null, specificity_at_0_5: null },
        ...{ in_sample: 'no', note: '' },
      },
    ],
    level: 0.975,
    cohort: { val: 2, test: 0 },
    predictions: { val: [row('1', 0, 0.2), row('2', 1, 0.8)], test: [] },
  });
  expect(JSON.stringify(figures)).toContain('AUC 0.75 (97.5 % 0.60–0.90)');
});
