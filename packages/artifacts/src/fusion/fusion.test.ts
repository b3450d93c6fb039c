import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { decodeNpy } from '../features/npy-read.ts';
import { writeFusedFeatures } from './fused-features.ts';
import { type FusionMetricsRow, readFusionMetrics, writeFusionMetrics } from './metrics.ts';
import { type FusionModelFile, readFusionModel, writeFusionModel } from './model-file.ts';
import { readPredictions, writeNewPredictions, writePredictions } from './predictions.ts';

const sha = 'a'.repeat(64);

const model: FusionModelFile = {
  format: 1,
  label_names: ['grade0', 'grade1'],
  pooling: 'mean',
  modalities: [
    {
      modality: 'A',
      model: 'resnet18',
      checkpoint: 'pretrained',
      checkpoint_sha256: sha,
      dims: 2,
      image_size: 224,
      normalize_mean: 0.449,
      normalize_std: 0.226,
      precision: 'fp32',
      in_sample: null,
    },
  ],
  options: { C: 1, max_iter: 1000, tol: 1e-10, random_state: 42, standardize: true },
  classifiers: [
    {
      name: 'fused',
      modalities: ['A'],
      scaler: {
        kind: 'scaler',
        value: { mean: [0.1, 1 / 3], scale: [1, 2] },
        fitted_on: { splits: ['train'], hospitals: ['JM'], n: 3, patients_sha256: sha },
        hash: sha,
      },
      coef: [[0.1, -1e-17]],
      intercept: [2 / 3],
      iterations: 5,
      converged: true,
      threshold: null,
    },
  ],
  notes: [],
  versions: {},
};

test('a model comes back to the last digit, and one whose coefficients do not fit or were changed is refused', () => {
  const path = join(tempDir(), 'model.json');
  writeFusionModel(path, model);
  const { hash, ...fields } = readFusionModel(path);
  expect(fields).toEqual(model);
  const text = readFileSync(path, 'utf8');
  for (const [field, other] of [
    ['0.1,', '0.2,'],
    ['"dims": 2', '"dims": 1000000000'],
    ['"image_size": 224', '"image_size": 1000000000'],
  ] as const) {
    expect(text).toContain(field);
    writeFileSync(path, text.replace(field, other));
    expect(() => readFusionModel(path), field).toThrow(
      expect.objectContaining({ code: field === '0.1,' ? 'E_FROZEN' : 'E_JSON_SHAPE', exitCode: 3 }),
    );
  }
  // Those of earlier versions had no hash.
  writeFileSync(path, text.replace(`"${hash}"`, 'null').replace(/,\s*"hash": null/, ''));
  expect(readFusionModel(path)).toEqual(model);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"dims": 2', '"dims": 3'));
  expect(() => readFusionModel(path)).toThrow(/classifiers\.0\.coef: expected 1 × 3 coefficients/);
});

test('metrics come back; what is undefined is an empty cell with its reason', () => {
  const path = join(tempDir(), 'metrics.csv');
  const row: FusionMetricsRow = {
    model: 'fused',
    split: 'test',
    hospital: 'SY, south',
    positive_label: '1',
    n: 4,
    n_positive: 0,
    auc: null,
    auc_lower: null,
    auc_upper: null,
    accuracy: 0.75,
    sensitivity: null,
    specificity: 0.75,
    threshold: 0.4,
    accuracy_at_0_5: 1,
    sensitivity_at_0_5: null,
    specificity_at_0_5: 1,
    in_sample: 'no',
    note: 'no positive patients',
  };
  writeFusionMetrics(path, [row], []);
  expect(readFusionMetrics(path)).toEqual([row]);
  expect(() => writeFusionMetrics(path, [{ ...row, auc: Number.NaN }], [])).toThrow(RangeError);
});

const TWO = ['grade0', 'grade1'];

test('two classes have one probability per model, more have one per label', () => {
  const path = join(tempDir(), 'predictions.csv');
  const who = { patient: '007', hospital: 'JM', label: 1, predicted: 0, in_sample: 'yes' as const, note: '' };
  const header = (): string | undefined => readFileSync(path, 'utf8').split('\n')[0];
  const two = { fused: [0.25, 0.75], A: [0.5, 0.5] };
  writePredictions(path, [{ ...who, probabilities: two }], ['fused', 'A'], TWO);
  expect(header()).toBe('patient_id,hospital,label,probability_fused,probability_A,predicted,in_sample,note');
  expect(readPredictions(path)).toEqual([{ ...who, probability_fused: 0.75, probability_A: 0.5 }]);
  const three = { fused: [0.25, 0.25, 0.5] };
  writePredictions(path, [{ ...who, probabilities: three }], ['fused'], ['grade0', 'grade1', 'grade2']);
  expect(header()).toContain('probability_fused_0,probability_fused_1,probability_fused_2');
  writeNewPredictions(
    path,
    [{ patient: '1', probabilities: two, predicted: 1, note: '' }],
    ['fused', 'A'],
    TWO,
  );
  expect(readFileSync(path, 'utf8')).toBe(
    'patient_id,probability_fused,probability_A,predicted,note\n1,0.75,0.5,1,\n',
  );
  writePredictions(path, [{ ...who, probabilities: two }], ['fused'], ['benign', '=bad']);
  expect(readFileSync(path, 'utf8')).toBe(
    'patient_id,hospital,label,label_name,probability_fused,predicted,predicted_name,in_sample,note\n' +
      "007,JM,1,'=bad,0.75,0,benign,yes,\n",
  );
  expect(readPredictions(path)).toEqual([{ ...who, probability_fused: 0.75 }]);
});

test('fused features are the same numbers in both files', () => {
  const stem = join(tempDir(), 'fused_train');
  const data = Float32Array.of(0.1, 1e-20, -3, 16777217);
  const patients = [
    { patient_id: '007', hospital: 'JM', label: 0 },
    { patient_id: '7', hospital: '', label: 1 },
  ];
  writeFusedFeatures(stem, { patients, data, names: ['A_0', 'P_0'], in_sample: 'unknown' });
  expect(decodeNpy(readFileSync(`${stem}.npy`), stem)).toEqual({ shape: [2, 2], data });
  const [header, ...rows] = readFileSync(`${stem}.csv`, 'utf8').trimEnd().split('\n');
  expect(header).toBe('patient_id,hospital,label,in_sample,A_0,P_0');
  expect(
    Float32Array.from(
      rows.flatMap((row) => row.split(',').slice(4)),
      Number,
    ),
  ).toEqual(data);
});
