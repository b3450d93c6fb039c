import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EvaluatedModel,
  type EvaluatedPatient,
  type Evaluation,
  type FrozenRecord,
  writeEvaluation,
} from '@radweave/artifacts';
import { freezeAggregation, freezeThreshold, type Matrix, matrixFrom } from '@radweave/stats';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { chooseDecision, describe, type PatientProbabilities, predictPatients } from './decision.ts';

const two = (...positive: number[]): Matrix => matrixFrom(positive.map((p) => [1 - p, p]));
const PATIENTS: PatientProbabilities[] = [
  { patient: '01', hospital: 'SY', label: 1, slices: two(0.2, 0.9, 0.4) },
  { patient: '02', hospital: 'ZS', label: 0, slices: two(0.3, 0.1) },
];

test('without an evaluation: the mean over slices, and 0.5 for two classes', () => {
  const context = listening();
  const decision = chooseDecision(tempDir(), 'A', 'test', PATIENTS, 2, context);
  expect(decision).toEqual({ source: 'default', aggregation: { method: 'mean' }, threshold: 0.5 });
  expect(predictPatients(PATIENTS, decision).map(({ probabilities }) => probabilities[1])).toEqual([
    0.5, 0.2,
  ]);
  expect(context.said).toEqual(['info: There is no evaluation yet: mean over slices, threshold 0.5.']);
  const three = chooseDecision(tempDir(), 'A', 'test', PATIENTS, 3, context);
  expect(describe(three)).toBe('mean over slices, the most probable label');
});

test('the decisions that the evaluation froze for the same network are used, those of another network are not', () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'evaluation'));
  const path = join(folder, 'evaluation', 'evaluation.json');
  const home = { patient: 'v', hospital: 'JM', role: 'home', split: 'val' } as const;
  const rows = [
    { ...home, label: 1, slices: two(0.9), probability: 0.9 },
    { ...home, patient: 'w', label: 0, slices: two(0.1), probability: 0.1 },
  ];
  const frozen = {
    aggregation: record(freezeAggregation(rows, [{ method: 'max' }]).value),
    threshold: record(freezeThreshold(rows, { rule: 'fixed', threshold: 0.7 }).value),
    calibrator: null,
  };
  const scored = predictPatients(PATIENTS, {
    aggregation: { method: 'max' },
    threshold: 0.7,
    source: 'evaluation',
  });
  const theirs = scored.map((one): EvaluatedPatient => {
    const probabilities = [...one.probabilities];
    return { ...one, probabilities, calibrated: null, predicted: (probabilities[1] ?? 0) >= 0.7 ? 1 : 0 };
  });
  writeEvaluation(path, evaluationOf(theirs, frozen));
  const choose = (modality: string, context = listening()) =>
    chooseDecision(folder, modality, 'test', PATIENTS, 2, context);
  expect(choose('A')).toEqual({ source: 'evaluation', aggregation: { method: 'max' }, threshold: 0.7 });
  expect(choose('P').source).toBe('default');
  const others = theirs.map((one) => ({ ...one, probabilities: [0.01, 0.99] }));
  for (const patients of [others, theirs.slice(1)]) {
    writeEvaluation(path, evaluationOf(patients, frozen));
    const context = listening();
    expect(choose('A', context).source).toBe('default');
    expect(context.said.join()).toMatch(/^warning: .*is of another network of A, evaluate again/);
  }
});

function record(frozen: unknown): FrozenRecord {
  return structuredClone(frozen) as FrozenRecord;
}

/** An evaluation of the network of A alone. */
function evaluationOf(patients: readonly EvaluatedPatient[], frozen: EvaluatedModel['frozen']): Evaluation {
  return {
    format: 2,
    label_names: ['grade0', 'grade1'],
    home_hospital: 'JM',
    inputs: [],
    options: {
      aggregation: 'mean',
      decisions: 'fitted',
      threshold_rule: 'fixed',
      target_sensitivity: null,
      calibration: 'none',
      bootstrap_replicates: 100,
      seed: 1,
      confidence_level: 0.95,
      proportion_method: 'wilson',
    },
    primary: 'network A',
    models: [
      {
        name: 'network A',
        kind: 'network',
        modalities: ['A'],
        frozen,
        patients: { train: [], val: [], test: [...patients] },
      },
    ],
    findings: [],
    rows: [],
    heterogeneity: [],
    comparisons: [],
    aggregation: [],
    curves: [],
    confusion: [],
    notes: [],
    versions: {},
  };
}
