import type { EvaluationRow } from '@radweave/artifacts';
import { asWritten, remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { type EvaluationResults, resultsText } from './results.ts';

const NONE = { value: null, note: asWritten('none') };

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
    ...{ auc_bootstrap: area, threshold: 0.5, in_sample: 'no', note: null, ...more },
  };
}

function evaluated(findings: EvaluationResults['findings'], ...rows: EvaluationRow[]): EvaluationResults {
  return {
    findings,
    label_names: ['grade0', 'grade1'],
    home_hospital: 'JM',
    models: [],
    notes: [],
    options: { confidence_level: 0.95 } as EvaluationResults['options'],
    rows,
  };
}

const good = { value: 0.9, lower: 0.82, upper: 0.98 };
const vague = { value: 0.6, lower: 0.45, upper: 0.75 };
const perfect = { value: 1, lower: 1, upper: 1 };

test('each model has one line with n and interval of validation and external test, within 80 columns', () => {
  const text = resultsText(
    evaluated(
      [],
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
  ]);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('that validation chose the epochs is said below its numbers, and that it is not so of stacked', () => {
  const notes = [remark('small-groups'), remark('validation-optimistic', { modalities: ['A', 'P'] })];
  const lines = resultsText({ ...evaluated([], row('network A', 'val', good)), notes }).split('\n');
  expect(
    lines
      .slice(4)
      .map((line) => line.trim())
      .join(' '),
  ).toBe(
    'Note: validation AUCs of the networks of A and P, and of classifiers of their features, are optimistic: the epoch was chosen by the AUC of the validation patients.',
  );
  const beside = evaluated([], row('network A', 'val', good), row('stacked', 'val', good));
  expect(resultsText({ ...beside, notes }).replace(/\s+/g, ' ')).toContain(
    'the AUC of the validation patients; that of stacked is not.',
  );
});

test('what was found is told in lines of 80 columns', () => {
  const chance =
    'no model is better than chance outside the home hospital (no 95 % interval of an AUC lies above 0.5)';
  const text = resultsText(
    evaluated([asWritten(chance)], row('A', 'val', good), row('A', 'test', perfect, { n: 6 })),
  );
  expect(text.split('\n').slice(3)).toEqual([
    'A      60  0.900 (0.820–0.980)  6  1.000',
    'What was found:',
    '- no model is better than chance outside the home hospital (no 95 % interval',
    '  of an AUC lies above 0.5)',
  ]);
});

test('without an external hospital there is no column of it', () => {
  const rows = [row('A', 'val', good), row('A', 'test', NONE, { n: 0 })];
  expect(
    resultsText(evaluated([remark('found-no-external')], ...rows))
      .split('\n')
      .slice(0, 4),
  ).toEqual([
    'AUC per patient (95 % CI): internal validation in JM',
    'model   n  validation',
    '-----  --  -------------------',
    'A      60  0.900 (0.820–0.980)',
  ]);
});

test('a test in a home hospital is not called external', () => {
  const rows = [row('A', 'val', good), row('A', 'test', vague, { n: 6 })];
  const text = resultsText(evaluated([remark('found-internal-test', { hospitals: ['JM'] })], ...rows));
  expect(text.split('\n').slice(0, 2)).toEqual([
    'AUC per patient (95 % CI): internal validation in JM, test',
    'model   n  validation           n  test',
  ]);
  expect(text).toContain('- the test is internal, and shows nothing');
});

test('with several classes it is the macro AUC by its bootstrap interval', () => {
  const macro = { positive_label: 'macro', auc: NONE, auc_bootstrap: good };
  const text = resultsText(
    evaluated([], row('A', 'val', NONE, macro), row('A', 'test', NONE, macro), row('A', 'test', vague)),
  );
  expect(text).toContain('macro AUC per patient');
  expect(text).toMatch(/A +60 +0\.900 \(0\.820–0\.980\) +60 +0\.900 \(0\.820–0\.980\)/);
});
