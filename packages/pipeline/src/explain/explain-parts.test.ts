import { createModel } from '@radweave/models';
import { evenly } from '@radweave/network/explain/evenly';
import { randomisedNetworks, topParts } from '@radweave/network/explain/randomise';
import { mapSimilarity, spearman } from '@radweave/network/explain/similarity';
import { listening } from '@radweave/study/testing/cohort';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { manualSeed } from '@radweave/torch';
import { expect, test } from 'vitest';
import { headingsOf, montageNames } from './patient.ts';
import { sayCheck } from './remarks.ts';
import { confidence, type PredictedPatient, selectPatients } from './select.ts';

const SIDE = 32;

function patient(id: string, hospital: string, label: number, positive: number): PredictedPatient {
  return { patient: id, hospital, label, probabilities: Float64Array.of(1 - positive, positive) };
}

test('the most and least confident right and wrong patients of each hospital, nobody twice', () => {
  const patients = [
    ...[0.99, 0.9, 0.8, 0.7, 0.65].map((p, i) => patient(`r${i}`, 'SY', 1, p)),
    ...[0.3, 0.1].map((p, i) => patient(`w${i}`, 'SY', 1, p)),
    patient('z', 'ZS', 0, 0.95),
  ];
  const chosen = selectPatients(patients, { threshold: 0.6 }, 2);
  expect(chosen.map((one) => [one.hospital, one.patient, one.predicted, one.category])).toEqual([
    ['SY', 'r0', 1, 'most_confident_right'],
    ['SY', 'r1', 1, 'most_confident_right'],
    ['SY', 'r3', 1, 'least_confident_right'],
    ['SY', 'r4', 1, 'least_confident_right'],
    ['SY', 'w1', 0, 'most_confident_wrong'],
    ['SY', 'w0', 0, 'least_confident_wrong'],
    ['ZS', 'z', 1, 'most_confident_wrong'],
  ]);
});

test('predicted labels take turns, also where probabilities of one lie farther from the threshold', () => {
  const patients = [
    ...[0.0001, 0.001, 0.002, 0.003].map((p, i) => patient(`n${i}`, 'SY', 0, p)),
    ...[0.99, 0.9, 0.8].map((p, i) => patient(`p${i}`, 'SY', 1, p)),
  ];
  const chosen = selectPatients(patients, { threshold: 0.07 }, 3);
  expect(chosen.map((one) => [one.patient, one.category])).toEqual([
    ['p0', 'most_confident_right'],
    ['n0', 'most_confident_right'],
    ['p1', 'most_confident_right'],
    ['n2', 'least_confident_right'],
    ['n3', 'least_confident_right'],
    ['p2', 'least_confident_right'],
  ]);
});

test('confidence is the way from the threshold to certainty, or the lead of the first class', () => {
  expect(confidence(Float64Array.of(0.1, 0.9), 0.8)).toBeCloseTo(0.5);
  expect(confidence(Float64Array.of(0.6, 0.4), 0.8)).toBeCloseTo(0.5);
  expect(confidence(Float64Array.of(0, 1), 1)).toBe(0);
  expect(confidence(Float64Array.of(0.2, 0.5, 0.3), null)).toBeCloseTo(0.2);
});

referenceTest('rank correlation equals scipy’s, with ties', ['scipy'], () => {
  const a = Float32Array.from({ length: 60 }, (_, i) => Math.max(0, (i * 7) % 11) - 3);
  const b = Float32Array.from({ length: 60 }, (_, i) => Math.max(0, ((i * 5) % 13) - 4));
  const theirs = pythonJson<number>(
    'import json, sys; from scipy.stats import spearmanr; print(json.dumps(float(spearmanr(*json.load(sys.stdin))[0])))',
    { input: JSON.stringify([[...a], [...b]]) },
  );
  expect(spearman(a, b)).toBeCloseTo(theirs, 12);
  expect(spearman(a, a)).toBe(1);
  expect(spearman(a, new Float32Array(60))).toBeNull();
});

test('similarity leaves out maps that do not vary and does not depend on their scale', () => {
  const map = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i * 31) % 97);
  const empty = new Float32Array(map.length);
  const twice = map.map((value) => 2 * value);
  expect(mapSimilarity([map, map], [twice, empty], SIDE)).toMatchObject({ spearman: 1, compared: 1 });
  expect(mapSimilarity([map], [twice], SIDE).ssim).toBeCloseTo(1, 6);
  expect(mapSimilarity([map], [empty], SIDE).ssim).toBeLessThan(0.2);
  expect(mapSimilarity([empty], [empty], SIDE)).toMatchObject({ spearman: null, compared: 0 });
});

for (const [name, top] of [
  ['resnet18', ['head', 'layer4', 'layer3']],
  ['vit_tiny_patch16_224', ['head', 'blocks.11', 'blocks.10']],
] as const) {
  test(`${name}: randomisation goes from the top down and leaves all below as it was trained`, () => {
    manualSeed(1);
    const trained = createModel(name, { numClasses: 2, inChans: 1, imageSize: SIDE }).eval();
    const before = trained.stateDict();
    const parts = topParts(trained);
    expect(parts.map((part) => part.name)).toEqual(top);
    const seen: string[][] = [];
    for (const { randomised, model } of randomisedNetworks(trained, { name, imageSize: SIDE }, 5)) {
      seen.push(randomised);
      const keys = new Set(
        parts.filter((part) => randomised.includes(part.name)).flatMap((part) => part.keys),
      );
      const changed = Array.from(model.stateDict())
        .filter(
          ([key, value]) =>
            value.dtype === 'float32' &&
            value
              .sub(before.get(key) ?? 0)
              .abs()
              .max()
              .item() > 0,
        )
        .map(([key]) => key);
      expect(changed.length).toBeGreaterThan(0);
      expect(changed.filter((key) => !keys.has(key))).toEqual([]);
      for (const part of randomised) {
        const own = parts.find((one) => one.name === part)?.keys ?? [];
        expect(
          own.some((key) => changed.includes(key)),
          part,
        ).toBe(true);
      }
    }
    expect(seen).toEqual([top.slice(0, 1), top.slice(0, 2), [...top]]);
  });
}

test('maps that stay alike are a warning', () => {
  const step = { randomised: ['head', 'layer4'], spearman: 0.93, spearman_slices: 4, ssim: 0.9 };
  const about = { slices: 4, seed: 1, steps: [step], limit: 0.8 };
  const context = listening();
  sayCheck({ ...about, passed: false }, context);
  expect(context.said[0]).toMatch(/^warning: .*with head and layer4 random the maps stay alike.*0\.93/);
  sayCheck({ ...about, passed: true }, context);
  expect(context.said[1]).toMatch(/^info: .*the maps change/);
  // A head that hardly shapes the maps is told, although the check as a whole passes.
  const steps = [
    { ...step, randomised: ['head'], spearman: 0.99 },
    { ...step, spearman: 0.4 },
  ];
  sayCheck({ ...about, steps, passed: true }, context);
  expect(context.said.slice(2).join('\n')).toMatch(
    /^warning: .*with the weights of head random .*0\.99.*: these weights hardly.*\n.*maps change.*0\.40/,
  );
});

test('a montage names the label whose probabilities it prints, and why the patient was chosen', () => {
  const one = { ...patient('a', 'SY', 0, 0.3), predicted: 0, category: 'most_confident_right' as const };
  const settings = { labelNames: ['grade0', 'grade1'], digits: 3, method: 'grad-cam' as const };
  const lines = [
    'a, SY: most confident of those predicted correctly',
    'label grade0, predicted grade0, probability of grade1 0.300',
    "Grad-CAM of grade1, 4 of 9 slices; colours: share of this patient's largest value; below: slice and its probability of grade1",
  ];
  expect(headingsOf(one, 1, settings, { all: 9, shown: 4, empty: 0 })).toEqual(lines);
  expect(headingsOf(one, 1, settings, { all: 9, shown: 4, empty: 1 })).toEqual([
    ...lines,
    'empty: no value of the map is above 0, so nothing supports grade1',
  ]);
  const [, , maps] = headingsOf(one, 1, { ...settings, method: 'hirescam' }, { all: 9, shown: 9, empty: 0 });
  expect(maps).toMatch(/^HiResCAM of grade1, 9 slices;/);
});

test('spreading, file names', () => {
  expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([1, 5, 8]);
  expect(evenly([1, 2], 3)).toEqual([1, 2]);
  const one = { ...patient('a/b', 'H 1', 0, 0.1), predicted: 0, category: 'asked' as const };
  expect(montageNames([one, { ...one, patient: 'A:b' }])).toEqual([
    'H_1_asked_a_b.png',
    'H_1_asked_A_b_2.png',
  ]);
});
