import { expect, test } from 'vitest';
import { crossValidationSummary } from './cross-validate.ts';

test('a note of several rows is printed once, below the table', () => {
  const row = (fold: string, note: string) => ({
    fold,
    n: 9,
    n_positive: 4,
    n_train: 20,
    n_inner_val: 5,
    best_epoch: 2,
    auc: 0.75,
    auc_lower: 0.5,
    auc_upper: 1,
    accuracy: 0.5,
    sensitivity: 0.5,
    specificity: 0.5,
    note,
  });
  const rows = [row('JM', 'caution'), row('SY', 'caution'), row('pooled', 'other'), row('mean', '')];
  const text = crossValidationSummary({ rows, level: 0.9, table: 'a.csv', outOfFold: 'b.csv' } as Parameters<
    typeof crossValidationSummary
  >[0]);
  expect(text.split('\n').map((line) => line.trim())).toEqual([
    'fold    n  AUC (90 % CI)        accuracy',
    '------  -  -------------------  --------  ---',
    'JM      9  0.750 (0.500–1.000)  0.500     [1]',
    'SY      9  0.750 (0.500–1.000)  0.500     [1]',
    'pooled  9  0.750 (0.500–1.000)  0.500     [2]',
    'mean    9  0.750 (0.500–1.000)  0.500',
    '[1] caution',
    '[2] other',
    'a.csv',
    'b.csv',
    '',
  ]);
});
