import { SPLITS, type Split } from '@radweave/artifacts';
import type { Remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { type FittedSize, foundInPredictions, foundInternalTest, oneLabelNote } from './found-predictions.ts';
import type { PredictedModel } from './group.ts';

/** Patients of one split: label, probability of the positive label, prediction. */
function evaluatedAs(
  name: string,
  splits: Partial<Record<Split, [number, number, number][]>>,
): PredictedModel {
  const patients = Object.fromEntries(
    SPLITS.map((split) => [
      split,
      (splits[split] ?? []).map(([label, p, predicted], i) => ({
        ...{
          patient: String(i),
          hospital: 'XX',
          label,
          probabilities: [1 - p, p],
          calibrated: null,
          predicted,
        },
      })),
    ]),
  ) as PredictedModel['patients'];
  const none = { train: [], val: [], test: [] };
  return { name, threshold: 0.5, patients, inSample: { train: 'yes', val: 'no', test: 'no' }, notes: none };
}

test('one label for everybody, a rare label, certainty and more features than patients are told', () => {
  const rare = [...Array(20).fill([0, 0.4, 0]), ...Array(3).fill([1, 0.4, 0])];
  const certain = [
    ...Array.from({ length: 8 }, (): [number, number, number] => [0, 0.4, 0]),
    ...[
      [0, 0.001, 0],
      [1, 0.002, 0],
      [1, 0.999, 1],
      [1, 0.7, 1],
    ],
  ] as [number, number, number][];
  const sizes: FittedSize[] = [
    { model: 'fused', features: 1024, patients: 28 },
    { model: 'A', features: 12, patients: 28 },
  ];
  const names = ['grade0', 'grade1'];
  const models = [evaluatedAs('fused', { train: rare, test: rare }), evaluatedAs('A', { test: certain })];
  const texts = (remarks: readonly Remark[]): string[] => remarks.map(({ text }) => text);
  expect(texts(foundInPredictions(models, sizes, names))).toEqual([
    'all external patients are predicted to have the same label, whose share is the accuracy: fused, grade0, right for 20 of 23',
    'as many features as training patients or more, so that even noise separates them and probabilities become too extreme: fused, 1024 features, 28 patients',
    'the most probable label has a probability above 0.99: A, 3 of 12 external patients, for 1 of them the most probable label is wrong',
    'all external patients have the same probabilities, which say nothing about them: fused, grade1 0.40 for 23 external patients',
    'a label is rare among the training patients: grade1, 3 of 23',
  ]);
  expect(texts(oneLabelNote(models[0]?.patients.test ?? [], names))).toEqual([
    "all are predicted grade0: the accuracy is that label's share",
  ]);
  expect(oneLabelNote(models[1]?.patients.test ?? [], names)).toEqual([]);
  // Who all have that label: their accuracy is 1, whatever the model knows.
  const alike = evaluatedAs('A', {
    test: [
      [1, 0.9, 1],
      [1, 0.8, 1],
    ],
  }).patients.test;
  expect(texts(oneLabelNote(alike, names))).toEqual([
    "all are predicted grade1: the accuracy is that label's share",
  ]);
  expect(oneLabelNote(alike.slice(1), names)).toEqual([]);
});

test('a label that is rare is told of each model that was fitted on other patients', () => {
  const of = (...labels: number[]): [number, number, number][] => labels.map((label) => [label, 0.4, 0]);
  const fused = evaluatedAs('fused', { train: of(0, 0, 0, 0, 0, 1) });
  const network = evaluatedAs('network A', { train: of(0, 0, 0, 0, 0, 0, 1) });
  const enough = evaluatedAs('network P', { train: of(0, 1) });
  const told = (...models: PredictedModel[]): string | undefined =>
    foundInPredictions(models, [], ['grade0', 'grade1']).find(({ code }) => code === 'found-rare-label')
      ?.text;
  expect(told(fused, network, enough)).toMatch(/: fused, grade1, 1 of 6; network A, grade1, 1 of 7$/);
  expect(told(fused, fused)).toMatch(/: grade1, 1 of 6$/);
});

test.each([
  [['SY', 'ZS'], []],
  [
    ['JM'],
    [
      'the test is internal, and shows nothing about patients of other hospitals: JM has patients in it and in',
    ],
  ],
  [['SY', 'JM'], ['the test is external in part only: JM has patients in it and in training or validation']],
])('a test in %j of a model of JM is called internal where it is', (hospitals, told) => {
  const model = evaluatedAs('fused', {
    train: [[0, 0.1, 0]],
    val: [[0, 0.1, 0]],
    test: [
      [0, 0.1, 0],
      [1, 0.9, 1],
    ],
  });
  for (const split of ['train', 'val'] as const) for (const one of model.patients[split]) one.hospital = 'JM';
  model.patients.test.forEach((one, i) => {
    one.hospital = hospitals[i % hospitals.length] ?? '';
  });
  const found = foundInternalTest([model]).map(({ text }) => text);
  expect(found).toEqual(told.map((text) => expect.stringContaining(text)));
});

test('probabilities that hardly differ are told, with as many digits as tell them apart', () => {
  const alike = (low: number, high: number) =>
    Array.from({ length: 12 }, (_, i): [number, number, number] => [i % 2, i === 0 ? low : high, i % 2]);
  const texts = (low: number, high: number): string[] =>
    foundInPredictions([evaluatedAs('network A', { test: alike(low, high) })], [], ['grade0', 'grade1']).map(
      ({ text }) => text,
    );
  const head =
    'the probabilities of the external patients hardly differ, so they say little beyond the order of the patients: network A, grade1 between';
  expect(texts(0.4982, 0.4991)).toEqual([`${head} 0.498 and 0.499 for 12 external patients`]);
  expect(texts(0.48, 0.52)).toEqual([`${head} 0.48 and 0.52 for 12 external patients`]);
  expect(texts(0.47, 0.53)).toEqual([]);
});

test('of calibrated models it is said which of the two probabilities is meant', () => {
  const model = evaluatedAs('A', { test: Array.from({ length: 12 }, (_, i) => [i % 2, 0.47, 0]) });
  for (const one of model.patients.test) one.calibrated = [1 - one.label, one.label];
  const texts = foundInPredictions([model], [], ['grade0', 'grade1']).map(({ text }) => text);
  expect(texts).toContainEqual(expect.stringMatching(/0\.99: A, 12 of 12 .*wrong \(after calibration\)$/));
  expect(texts).toContainEqual(
    expect.stringMatching(/have the same probabilities.* \(before calibration\)$/),
  );
});

test('a label among several that is never predicted is told, for each set whose patients have it', () => {
  const patients: [number, number, number][] = [
    [0, 0.1, 0],
    [1, 0.6, 1],
    [2, 0.4, 1],
  ];
  const models = [evaluatedAs('fused', { test: patients, val: patients.slice(0, 2) })];
  const texts = foundInPredictions(models, [], ['grade0', 'grade1', 'grade2']).map(({ text }) => text);
  expect(texts).toEqual([
    'a label is never predicted: look at how many training patients have it, and at training.class_weights: fused, grade2, which 1 external patient has',
  ]);
});

test('a hospital whose patients all are predicted to have one label is told', () => {
  const mixed = Array.from({ length: 12 }, (_, i): [number, number, number] => [i % 2, 0.6, 1]);
  const one = evaluatedAs('fused', { test: [...mixed, ...Array(10).fill([0, 0.1, 0])] });
  for (const [i, patient] of one.patients.test.entries()) patient.hospital = i < 12 ? 'CS' : 'HT';
  const texts = foundInPredictions([one], [], ['grade0', 'grade1']).map(({ text }) => text);
  expect(texts).toEqual([
    'all patients of a hospital are predicted to have the same label, although they have several: fused in CS, grade1, right for 6 of 12',
  ]);
});

test('a label that is predicted for other patients is not called never predicted', () => {
  const val: [number, number, number][] = [
    [0, 0.1, 0],
    [1, 0.6, 1],
  ];
  const one = evaluatedAs('fused', { test: [[0, 0.7, 1]], val });
  expect(foundInPredictions([one], [], ['grade0', 'grade1'])).toEqual([]);
});
