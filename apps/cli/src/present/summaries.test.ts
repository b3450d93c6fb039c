import type { StageResult } from '@radweave/pipeline';
import { asWritten, remark } from '@radweave/remarks';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { evaluationSummary } from './evaluate.ts';
import { presenter as fusing, fusionSummary } from './fuse.ts';
import { fieldsText } from './index.ts';
import { presenter as predicted } from './predict.ts';
import { presenter as verifying } from './verify.ts';

/** Text of a terminal as one line. */
const plain = (text: string): string => text.replaceAll(/\n {2}/g, ' ');

const fused = {
  model: 'fused',
  split: 'test',
  hospital: 'all',
  n: 12,
  n_positive: 6,
  ...{ auc: 0.75, auc_lower: 0.5, auc_upper: 1, accuracy: 0.7, sensitivity: 0.6, specificity: 0.8 },
  ...{ threshold: null, accuracy_at_0_5: null, sensitivity_at_0_5: null, specificity_at_0_5: null },
  in_sample: 'no',
  note: '',
} as const;

function fusionResult(
  metrics: StageResult<'fuse'>['metrics'],
  changed: Partial<StageResult<'fuse'>> = {},
): StageResult<'fuse'> {
  const files = { outputDir: 'fusion', metricsFile: 'metrics.csv', modelFile: 'model.json' };
  const patients = { train: 1, val: 1, test: 12 };
  return {
    ...files,
    labelNames: ['grade0', 'grade1'],
    modalities: ['A', 'P'],
    patients,
    level: 0.95,
    notes: [],
    converged: true,
    threshold: null,
    isThresholdChosen: false,
    metrics,
    ...changed,
  };
}

function fusion(
  metrics: StageResult<'fuse'>['metrics'],
  withMetrics = true,
  changed: Partial<StageResult<'fuse'>> = {},
): string {
  return fusionSummary(fusionResult(metrics, changed), withMetrics);
}

test('where the evaluation follows, the fusion leaves its AUCs to it', () => {
  const metrics = [{ ...fused, positive_label: '1' }];
  expect(fusion(metrics)).toContain('0.750 (0.500–1.000)');
  expect(fusion(metrics, false).split('\n')).toEqual(['metrics.csv', 'model.json', '']);
  const shown = (flags: { no_evaluate?: boolean }): string | undefined =>
    fusing.text?.(fusionResult(metrics), flags as never);
  expect(shown({})).not.toContain('0.750 (');
  expect(shown({ no_evaluate: true })?.split('0.750 (')).toHaveLength(2);
});

test('a threshold that was set is not said to rest on patients', () => {
  const said = (isThresholdChosen: boolean): string =>
    fusion([], false, { threshold: 0.5, isThresholdChosen }).split('\n')[0] ?? '';
  expect(said(true)).toBe('Threshold of the fused model, frozen on validation patients: 0.5');
  expect(said(false)).toBe('Threshold of the fused model, set, not chosen on patients: 0.5');
  expect(fusion([], false, { threshold: 0.09592289382171208, isThresholdChosen: true })).toContain(
    ': 0.0959\n',
  );
});

test('predictions name the threshold of each classifier that was used', () => {
  const said = (models: Record<string, number> | undefined, limits: Record<string, string>): string =>
    plain(
      predicted.text?.(
        {
          ...{
            output: 'p.csv',
            patients: 3,
            labelNames: ['benign', 'malignant'],
            missing: [],
            thresholds: {},
            limits,
          },
          ...(models === undefined ? {} : { models }),
        },
        {},
      ) ?? '',
    );
  expect(said({ A: 1, P: 2 }, { A: '0.8988', P: '0.9596' })).toContain(
    'malignant from probability 0.8988 on by A, 0.9596 on by P (model.json); `evaluate` may use another.',
  );
  expect(said(undefined, { fused: '0.4000' })).toContain(
    "malignant from probability 0.4 on, the classifier's threshold (model",
  );
  expect(said(undefined, { fused: '0.999995' })).toContain('from probability 0.999995 on');
  expect(said({ A: 1 }, {})).not.toContain('probability');
});

test('with three classes every line of a fusion says which label it is of', () => {
  const text = fusion(['macro', '0', '1', '2'].map((positive_label) => ({ ...fused, positive_label })));
  const lines = text.split('\n').filter((line) => line.startsWith('fused'));
  expect(new Set(lines.map((line) => line.slice(0, 20))).size).toBe(4);
  expect(fusion([{ ...fused, positive_label: '1' }])).not.toMatch(/label/);
});

test('tables say the level of their intervals, and that those of validation are optimistic', () => {
  const notes = [remark('validation-optimistic', { modalities: ['A'] })];
  const text = fusionSummary(
    fusionResult([{ ...fused, positive_label: '1' }], { level: 0.975, notes }),
    true,
  );
  expect(text).toContain('AUC (97.5 % CI)');
  expect(text.replaceAll('\n', ' ')).toContain('Note: validation AUCs of the network of A');
});

test('an interval without width is not shown, and a minus stands beside no dash', () => {
  expect(fusion([{ ...fused, positive_label: '1', auc: 1, auc_lower: 1, auc_upper: 1 }])).not.toMatch(
    /1\.000–/,
  );
  const some = { value: 0.75, lower: 0.5, upper: 1, n: 12 };
  const row = { ...fused, positive_label: '1', sensitivity: some, specificity: some };
  const text = evaluationSummary({
    rows: [{ ...row, auc: { value: 1, lower: 1, upper: 1 } }] as unknown as StageResult<'evaluate'>['rows'],
    comparisons: [
      {
        ...{ first: 'A', second: 'fused', split: 'test', hospital: 'all', positive_label: '1', n: 12 },
        ...{
          auc_difference: { value: -0.1, lower: -0.3, upper: -0.02 },
          delong_p: 0.01,
          delong_p_holm: 0.02,
        },
        ...{ mcnemar_p: null, nri: { value: null }, idi: { value: null }, note: null },
      },
    ],
    modalities: ['A', 'P'],
    labelNames: ['grade0', 'grade1'],
    aggregation: [],
    notes: [remark('validation-optimistic', { modalities: ['A'] })],
    findings: [asWritten('no model is better than chance outside the home hospital')],
    level: 0.975,
    evaluationFile: 'evaluation.json',
  });
  expect(text).not.toMatch(/1\.000–1\.000/);
  expect(text).toContain('AUC (97.5 % CI)');
  expect(plain(text)).toContain('AUC of fused minus A: −0.100 (−0.300 to −0.020)');
  expect(plain(text)).toContain(
    'Note: validation AUCs of the network of A, and of classifiers of its features,',
  );
  expect(text).toContain('- no model is better than chance outside the home hospital');
});

test('of one modality the classifier of its features is called as among several, and told apart from its network', () => {
  const some = { value: 0.75, lower: 0.5, upper: 1, n: 12 };
  const all = { auc: some, auc_bootstrap: some, sensitivity: some, specificity: some, positive_label: '1' };
  const rows = ['fused', 'network A'].map((model) => ({ ...fused, ...all, model }));
  const comparison = {
    first: 'network A',
    second: 'fused',
    split: 'test',
    hospital: 'all',
    positive_label: '1',
  };
  const result = {
    ...{
      rows,
      aggregation: [],
      notes: [],
      findings: [],
      labelNames: ['grade0', 'grade1'],
      evaluationFile: '',
      level: 0.95,
    },
    comparisons: [{ ...comparison, auc_difference: some, delong_p: 0.5, delong_p_holm: 0.5 }],
  } as unknown as StageResult<'evaluate'>;
  const one = plain(evaluationSummary({ ...result, modalities: ['A'] }));
  const note =
    'A: logistic regression on the features of A (in files: fused). network A: the network itself.';
  expect(one).toContain(note);
  expect(one).toContain('AUC of A minus network A');
  expect(one.replace(note, '')).not.toContain('fused');
  const two = plain(evaluationSummary({ ...result, modalities: ['A', 'P'] }));
  expect(two).toMatch(/AUC of fused minus network A/);
  expect(two).not.toContain('logistic regression');
  const metrics = [{ ...fused, positive_label: '1' }];
  expect(fusion(metrics, true, { modalities: ['A'], threshold: 0.5 })).toMatch(
    /\nA +\w+[\s\S]*Threshold of the logistic regression on the features of A/,
  );
});

test('with three classes an evaluation shows the macro AUC by its bootstrap interval', () => {
  const some = { value: 0.75, lower: 0.5, upper: 1 };
  const auc = { auc: { value: 0.75 }, auc_bootstrap: some, sensitivity: some, specificity: some };
  const rows = ['macro', '0', '1', '2'].map((positive_label) => ({ ...fused, ...auc, positive_label }));
  const text = evaluationSummary({
    rows: rows as unknown as StageResult<'evaluate'>['rows'],
    ...{
      comparisons: [],
      modalities: ['A', 'P'],
      labelNames: ['a', 'b', 'c'],
      aggregation: [],
      notes: [],
      findings: [],
      evaluationFile: '',
      level: 0.95,
    },
  });
  expect(text.match(/^fused .*$/gm)).toHaveLength(1);
  expect(text.match(/0\.500–1\.000/g)).toHaveLength(3);
  expect(text).not.toContain('threshold');
});

test('an evaluation without an external hospital shows no rows of it', () => {
  const none = { value: null, note: remark('no-external-hospital') };
  const empty = { n: 0, auc: none, auc_bootstrap: none, sensitivity: none, specificity: none };
  const rows = ['val', 'test'].map((split) => ({ ...fused, ...empty, split, positive_label: '1' }));
  const told = (findings: StageResult<'evaluate'>['findings']): string =>
    evaluationSummary({
      rows: rows as unknown as StageResult<'evaluate'>['rows'],
      ...{
        comparisons: [],
        modalities: ['A', 'P'],
        labelNames: ['a', 'b'],
        aggregation: [],
        notes: [],
        findings,
        evaluationFile: '',
        level: 0.95,
      },
    });
  expect(told([])).toMatch(/^fused +test/m);
  expect(told([remark('found-no-external')])).not.toMatch(/^fused +test|, test,/m);
});

test('a result that nobody has words for is shown field by field', () => {
  expect(fieldsText({ output: 'a.json', counts: { JM: 2 } })).toBe('output: a.json\ncounts: {"JM":2}\n');
});

test('what results say stays within 80 columns; a path or another long word is not cut', () => {
  const path = `checkpoints/${'A_crossfit2_cc881e38_fold1_'.repeat(4)}/best_model.pth`;
  const some = { value: 0.75, lower: 0.5, upper: 1 };
  const none = {
    value: null,
    note: asWritten('only negative patients, and this needs patients of both classes'),
  };
  const decisions = { auc_bootstrap: some, sensitivity: some, specificity: some };
  const rows = [some, none].map((auc) => ({ ...fused, ...decisions, auc, positive_label: '1' }));
  const comparison = {
    ...{ first: 'network portal', second: 'fused', split: 'test', hospital: 'all', positive_label: '1' },
    ...{ auc_difference: { value: -0.1, lower: -0.3, upper: 0.02 }, delong_p: 0.01, delong_p_holm: 0.02 },
  };
  const note = asWritten('the mean had the highest AUC of those that were tried on validation patients');
  const of = { positive_label: '1', aggregation: 'mean', chosen: true, model: 'network A', note };
  const evaluated = evaluationSummary({
    ...{
      rows,
      comparisons: [comparison],
      aggregation: [of],
      labelNames: ['grade0', 'grade1'],
      notes: [],
      findings: [],
    },
    modalities: ['A', 'P'],
    evaluationFile: path,
  } as unknown as StageResult<'evaluate'>);
  const verified = verifying.text?.(
    {
      ...{ run: 'run', compared: [`${path}: as recorded in run/audit.json`], missing: [`${path} is gone`] },
      ...{ unverified: [`${path}, ${note.text}`], remarks: [`${note.text} ${note.text}`] },
      differences: [{ file: path, row: 'line 2 (model fused)', column: 'auc', saved: '0.1', now: '0.2' }],
    },
    {},
  );
  const threshold = fusion([], false, { threshold: 0.00039462129654966856, isThresholdChosen: true });
  for (const text of [evaluated, verified ?? '', threshold]) {
    const wide = text.split('\n').filter((line) => stringWidth(line) > 80);
    expect(wide.map((line) => line.trim().replace(/[:,]$/, ''))).toEqual(wide.map(() => path));
  }
});
