import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asWritten, remark } from '@radweave/remarks';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readFrozen, writeFrozen } from '../fusion/model-file.ts';
import type { EstimateRecord, Evaluation, EvaluationRow } from './evaluation-file.ts';
import { leadingAuc, readEvaluation, writeEvaluation } from './evaluation-file.ts';
import { writeAggregation, writeEvaluationMetrics, writeHeterogeneity } from './tables.ts';

const none: EstimateRecord = { value: null, note: remark('no-positive-patients') };
const some: EstimateRecord = { value: 1 / 3, lower: 0.1, upper: 0.5, n: 4 };

const row: EvaluationRow = {
  model: 'network A',
  split: 'test',
  hospital: 'SY, south',
  positive_label: '1',
  n: 4,
  n_positive: 0,
  auc: none,
  auc_bootstrap: none,
  average_precision: none,
  accuracy: some,
  balanced_accuracy: none,
  sensitivity: none,
  specificity: some,
  ppv: none,
  npv: some,
  f1: none,
  brier: some,
  calibration_slope: none,
  calibration_intercept: none,
  ece: some,
  threshold: 0.4,
  in_sample: 'no',
  note: remark('epoch-chosen-here'),
};

const threshold = {
  kind: 'threshold',
  value: { threshold: 0.4 },
  fitted_on: { splits: ['val'], hospitals: ['JM'], n: 3, patients_sha256: 'a'.repeat(64) },
  hash: 'b'.repeat(64),
};

const evaluation: Evaluation = {
  format: 3,
  label_names: ['grade0', 'grade1'],
  home_hospital: 'JM',
  inputs: [{ path: 'fusion/model.json', sha256: 'c'.repeat(64) }],
  options: {
    aggregation: 'mean',
    decisions: 'fitted',
    threshold_rule: 'youden',
    target_sensitivity: null,
    calibration: 'none',
    bootstrap_replicates: 2000,
    seed: 42,
    confidence_level: 0.95,
    proportion_method: 'wilson',
  },
  primary: 'network A',
  models: [
    {
      name: 'network A',
      kind: 'network',
      modalities: ['A'],
      frozen: { aggregation: null, threshold, calibrator: null },
      patients: { train: [], val: [], test: [] },
    },
  ],
  findings: [remark('found-no-external')],
  rows: [row],
  heterogeneity: [
    {
      ...{ model: 'network A', positive_label: '1', hospitals: ['SY', 'ZS'], within_auc: some },
      ...{ q: 1.5, degrees_of_freedom: 1, p: 0.22, i2: 1 / 3, note: null },
    },
  ],
  comparisons: [],
  aggregation: [],
  curves: [],
  confusion: [
    {
      model: 'network A',
      split: 'test',
      hospital: 'all',
      counts: [
        [1, 0],
        [2, 1],
      ],
    },
  ],
  notes: [],
  versions: {},
};

test('evaluation.json comes back as it was written; a wrong field is named', () => {
  const path = join(tempDir(), 'evaluation.json');
  writeEvaluation(path, evaluation);
  expect(readEvaluation(path)).toEqual(evaluation);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"in_sample": "no"', '"in_sample": "maybe"'));
  expect(() => readEvaluation(path)).toThrow(/rows\.0\.in_sample/);
});

test('an evaluation of format 1 has neither findings nor heterogeneity', () => {
  const path = join(tempDir(), 'evaluation.json');
  const { findings: _, heterogeneity: __, ...old } = { ...evaluation, format: 1 };
  writeFileSync(path, JSON.stringify(old));
  expect(readEvaluation(path)).toEqual({ ...old, findings: [], heterogeneity: [] });
  writeFileSync(path, JSON.stringify({ ...old, format: 4 }));
  expect(() => readEvaluation(path)).toThrow(/format/);
});

test('texts of formats without codes are read as they are', () => {
  const path = join(tempDir(), 'evaluation.json');
  const auc = { value: null, note: 'no positive patients' };
  const rows = [{ ...row, auc, note: '' }];
  writeFileSync(path, JSON.stringify({ ...evaluation, format: 2, rows, findings: ['found'], notes: ['b'] }));
  const read = readEvaluation(path);
  expect(read.rows[0]).toMatchObject({ auc: { note: asWritten('no positive patients') }, note: null });
  expect([...read.findings, ...read.notes]).toEqual(['found', 'b'].map(asWritten));
});

test('a frozen decision is a file of its own', () => {
  const path = join(tempDir(), 'threshold.json');
  writeFrozen(path, threshold);
  expect(readFrozen(path)).toEqual(threshold);
  writeFileSync(path, '{"kind": "threshold"}');
  expect(() => readFrozen(path)).toThrow(/hash/);
});

test('tables have a column for each number and say why one is missing', () => {
  const folder = tempDir();
  writeEvaluationMetrics(join(folder, 'metrics.csv'), [row], []);
  const [header = '', line = ''] = readFileSync(join(folder, 'metrics.csv'), 'utf8').split('\n');
  expect(header).toMatch(/^model,split,hospital,positive_label,n,n_positive,auc,auc_lower,auc_upper,/);
  expect(line).toMatch(/^network A,test,"SY, south",1,4,0,,,,/);
  expect(line).toMatch(
    /the best epoch was chosen on these patients; auc, auc_bootstrap, .*calibration_intercept: no positive patients/,
  );
  writeHeterogeneity(join(folder, 'heterogeneity.csv'), evaluation.heterogeneity, []);
  expect(readFileSync(join(folder, 'heterogeneity.csv'), 'utf8')).toBe(
    'model,positive_label,hospitals,within_auc,within_auc_lower,within_auc_upper,q,degrees_of_freedom,p,i2,note\n' +
      'network A,1,SY ZS,0.3333333333333333,0.1,0.5,1.5,1,0.22,0.3333333333333333,\n',
  );
  const aggregation = {
    model: 'network A',
    aggregation: 'mean',
    chosen: true,
    val_auc: 0.75,
    test_auc: null,
  };
  writeAggregation(join(folder, 'aggregation.csv'), [{ ...aggregation, note: null }]);
  expect(readFileSync(join(folder, 'aggregation.csv'), 'utf8')).toBe(
    'model,aggregation,chosen,val_auc,test_auc,note\nnetwork A,mean,yes,0.75,,\n',
  );
});

test("the AUC of a row has DeLong's interval or none: the bootstrap's is that of the mean over several labels", () => {
  const bootstrap = { value: 0.75, lower: 0.5, upper: 1 };
  const ofOnePatient = { value: 0.75, note: remark('no-positive-patients') };
  const of = (positive_label: string): EstimateRecord =>
    leadingAuc({ ...row, positive_label, auc: ofOnePatient, auc_bootstrap: bootstrap });
  expect([of('1'), of('2'), of('macro')]).toEqual([ofOnePatient, ofOnePatient, bootstrap]);
});
