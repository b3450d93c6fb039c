import type { EvaluationRow } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { type Judged, resultsText } from './results.ts';

const NONE = { value: null, note: 'none' };

function row(
  model: string,
  split: EvaluationRow['split'],
  area: EvaluationRow['auc'],
  more: Partial<EvaluationRow> = {},
): EvaluationRow {
  const rest = Object.fromEntries(
    ['average_precision', 'accuracy', 'balanced_accuracy', 'sensitivity', 'specificity', 'ppv', 'npv']
      .concat(['f1', 'brier', 'calibration_slope', 'calibration_intercept', 'ece'])
      .map((name) => [name, NONE]),
  );
  return {
    ...(rest as unknown as EvaluationRow),
    ...{ model, split, hospital: 'all', positive_label: '1', n: 60, n_positive: 30, auc: area },
    ...{ auc_bootstrap: area, threshold: 0.5, in_sample: 'no', note: '', ...more },
  };
}

function judged(...rows: EvaluationRow[]): Judged {
  return { home_hospital: 'JM', options: { confidence_level: 0.95 } as Judged['options'], rows };
}

const good = { value: 0.9, lower: 0.82, upper: 0.98 };
const vague = { value: 0.6, lower: 0.45, upper: 0.75 };
const wrong = { value: 0.3, lower: 0.2, upper: 0.4 };

test('each model has one line with n and interval of validation and external test, within 80 columns', () => {
  const text = resultsText(
    judged(
      row('fused', 'train', good),
      row('fused', 'val', good),
      row('fused', 'test', good, { n: 80 }),
      row('fused', 'test', vague, { hospital: 'SY', n: 40 }),
      row('network A', 'val', good),
      row('network A', 'test', vague, { n: 80 }),
    ),
  );
  expect(text.split('\n')).toEqual([
    'AUC per patient (95 % CI): internal validation in JM, external test elsewhere',
    'model       n  validation            n  external test',
    '---------  --  -------------------  --  -------------------',
    'fused      60  0.900 (0.820–0.980)  80  0.900 (0.820–0.980)',
    'network A  60  0.900 (0.820–0.980)  80  0.600 (0.450–0.750)',
    'Better than chance outside the home hospital (95 % CI above 0.5): fused.',
  ]);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('where nothing was learned, or it is turned round, that is said', () => {
  const nothing = resultsText(judged(row('A', 'val', good), row('A', 'test', vague)));
  expect(nothing).toContain(
    'Nothing was learned that holds outside the home hospital: no 95 % CI lies above 0.5.',
  );
  const turned = resultsText(judged(row('A', 'val', good), row('A', 'test', wrong)));
  expect(turned).toMatch(/Nothing was learned.*\nWorse than chance there \(95 % CI below 0\.5\): A\./);
  expect(resultsText(judged(row('A', 'val', good)))).toContain('There are no external patients');
  const few = row('A', 'test', { value: 1, note: 'too few' }, { n: 2 });
  expect(resultsText(judged(row('A', 'val', good), few))).toContain('too few to tell an AUC from chance');
});

test('with several classes it is the macro AUC by its bootstrap interval', () => {
  const macro = { positive_label: 'macro', auc: NONE, auc_bootstrap: good };
  const text = resultsText(
    judged(row('A', 'val', NONE, macro), row('A', 'test', NONE, macro), row('A', 'test', wrong)),
  );
  expect(text).toContain('macro AUC per patient');
  expect(text).toMatch(/A +60 +0\.900 \(0\.820–0\.980\) +60 +0\.900 \(0\.820–0\.980\)/);
  expect(text).toContain('Better than chance');
});
