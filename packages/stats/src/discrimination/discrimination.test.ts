import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { BINARY_SAMPLES, worstDifference } from '../core/samples.test.data.ts';
import { auc, macroAuc } from './auc.ts';
import { averagePrecision } from './average-precision.ts';
import { confusionAt, confusionMetrics } from './confusion.ts';
import { argmaxRows, confusionMatrix, multiclassMetrics } from './multiclass.ts';
import { RankedScores } from './ranked-scores.ts';
import { rocCurve, rocOfCuts, sensitivitiesOfCuts, sensitivityAt } from './roc.ts';

const BINARY = `
import json, sys
from sklearn.metrics import *
out = []
for s in json.load(sys.stdin):
    y, p = s['labels'], s['first']
    hat = [int(v >= 0.4) for v in p]
    out.append(dict(
        auc=roc_auc_score(y, p), ap=average_precision_score(y, p), roc=[v.tolist() for v in roc_curve(y, p)],
        metrics=[accuracy_score(y, hat), balanced_accuracy_score(y, hat), recall_score(y, hat),
                 recall_score(y, hat, pos_label=0), precision_score(y, hat), precision_score(y, hat, pos_label=0),
                 f1_score(y, hat)]))
print(json.dumps(out))
`;

interface BinaryReference {
  auc: number;
  ap: number;
  roc: [number[], number[], number[]];
  metrics: number[];
}

referenceTest('binary metrics and curves equal scikit-learn, ties included', ['sklearn'], () => {
  const expected = pythonJson<BinaryReference[]>(BINARY, { input: JSON.stringify(BINARY_SAMPLES) });
  for (const [i, { labels, first }] of BINARY_SAMPLES.entries()) {
    const reference = expected[i] as BinaryReference;
    expect(auc(labels, first).value).toBeCloseTo(reference.auc, 12);
    expect(averagePrecision(labels, first).value).toBeCloseTo(reference.ap, 12);
    const curve = rocCurve(labels, first).value;
    const [fpr, tpr, thresholds] = reference.roc;
    expect(worstDifference(curve?.falsePositiveRate ?? [], fpr)).toBeLessThan(1e-12);
    expect(worstDifference(curve?.truePositiveRate ?? [], tpr)).toBeLessThan(1e-12);
    expect(worstDifference(curve?.thresholds.slice(1) ?? [], thresholds.slice(1))).toBe(0);
    expect(curve?.thresholds[0]).toBe(Number.POSITIVE_INFINITY);
    const m = confusionMetrics(confusionAt(labels, first, 0.4));
    const values = [m.accuracy, m.balancedAccuracy, m.sensitivity, m.specificity, m.ppv, m.npv, m.f1];
    expect(
      worstDifference(
        values.map(({ value }) => value ?? 0),
        reference.metrics,
      ),
    ).toBeLessThan(1e-12);
  }
});

const MULTICLASS = `
import json, sys
from sklearn.metrics import *
s = json.load(sys.stdin)
y, p = s['labels'], s['probabilities']
hat = s['predicted']
one = lambda k: roc_auc_score([int(v == k) for v in y], [row[k] for row in p])
print(json.dumps(dict(
    macro=roc_auc_score(y, p, multi_class='ovr', average='macro'), classes=[one(k) for k in range(3)],
    table=confusion_matrix(y, hat).ravel().tolist(), accuracy=accuracy_score(y, hat),
    recall=recall_score(y, hat, average='macro'), precision=precision_score(y, hat, average='macro'),
    f1=f1_score(y, hat, average='macro'))))
`;

referenceTest('multi-class metrics equal scikit-learn', ['sklearn'], () => {
  const random = new Random(9, 'multi');
  const labels = Array.from({ length: 90 }, (_, i) => (i < 3 ? i : random.below(3)));
  const probabilities = labels.map((label) => {
    const raw = [0, 1, 2].map((k) => Math.exp(Math.round(2 * random.normal() + (k === label ? 1.5 : 0))));
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((value) => value / sum);
  });
  const matrix = matrixFrom(probabilities);
  const predicted = Array.from(argmaxRows(matrix));
  const reference = pythonJson<Record<string, number> & { classes: number[]; table: number[] }>(MULTICLASS, {
    input: JSON.stringify({ labels, probabilities, predicted }),
  });
  const areas = macroAuc(labels, matrix);
  expect(areas.macro.value).toBeCloseTo(reference.macro ?? Number.NaN, 12);
  expect(
    worstDifference(
      areas.classes.map(({ value }) => value ?? 0),
      reference.classes,
    ),
  ).toBeLessThan(1e-12);
  const table = confusionMatrix(labels, predicted, 3);
  expect(Array.from(table.data)).toEqual(reference.table);
  const metrics = multiclassMetrics(table);
  expect(metrics.accuracy.value).toBeCloseTo(reference.accuracy ?? Number.NaN, 12);
  expect(metrics.macro.balancedAccuracy.value).toBeCloseTo(reference.recall ?? Number.NaN, 12);
  expect(metrics.macro.ppv.value).toBeCloseTo(reference.precision ?? Number.NaN, 12);
  expect(metrics.macro.f1.value).toBeCloseTo(reference.f1 ?? Number.NaN, 12);
});

test('one class only is null with the reason', () => {
  expect(auc([1, 1, 1], [0.1, 0.2, 0.3])).toMatchObject({
    value: null,
    reason: { text: 'only positive patients (n = 3): AUC needs both labels' },
  });
  expect(auc([], []).value).toBeNull();
  for (const result of [averagePrecision([0, 0], [0.1, 0.2]), rocCurve([0, 0], [0.1, 0.2])]) {
    expect(result).toMatchObject({
      value: null,
      reason: { text: expect.stringContaining('only negative patients (n = 2)') },
    });
  }
  expect(
    macroAuc(
      [0, 1, 0],
      matrixFrom([
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
      ]),
    ).macro,
  ).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('label 2') },
  });
  expect(confusionMetrics(confusionAt([0, 0], [0.1, 0.2], 0.5)).sensitivity).toMatchObject({
    value: null,
    reason: { text: 'no positive patients' },
  });
});

test("a caller's mistake throws and names the place", () => {
  expect(() => auc([0, 1], [0.5, Number.NaN])).toThrow('scores[1] is NaN');
  expect(() => auc([0, 1, 1], [0.5, 0.6])).toThrow('labels has 3, scores has 2');
  expect(() => auc([0, 2], [0.5, 0.6])).toThrow('labels[1] is 2');
});

test('a score equal to the threshold is positive', () => {
  expect(confusionAt([1, 0, 1, 0], [0.5, 0.5, 0.49, 0.1], 0.5)).toEqual({
    truePositives: 1,
    falsePositives: 1,
    trueNegatives: 1,
    falseNegatives: 1,
  });
});

test('the height of the curve is interpolated, and the top of a vertical segment', () => {
  const curve = rocCurve([0, 1, 0, 1], [0.1, 0.4, 0.35, 0.8]).value;
  if (curve === null) throw new Error('no curve');
  expect(sensitivityAt(curve, 0)).toBe(1);
  const tied = rocCurve([0, 1, 0, 1], [0.5, 0.5, 0.2, 0.9]).value;
  if (tied === null) throw new Error('no curve');
  expect(sensitivityAt(tied, 0)).toBe(0.5);
  expect(sensitivityAt(tied, 0.25)).toBe(0.75);
  expect(sensitivityAt(tied, 1)).toBe(1);
});

test('the heights along a grid, in one pass, are those of the curve, bit for bit', () => {
  const random = new Random(1, 'heights');
  for (const [n, levels] of [
    [2, 2],
    [7, 3],
    [40, 6],
    [60, 1000],
  ] as const) {
    const labels = Array.from({ length: n }, (_, i) => i % 2);
    const ranked = new RankedScores(
      labels,
      labels.map(() => random.below(levels) / levels),
    );
    for (const points of [2, 5, 11, 101]) {
      const grid = Float64Array.from({ length: points }, (_, i) => i / (points - 1));
      const drawn = Uint32Array.from({ length: n }, (_, i) => (i < 2 ? i : random.below(n)));
      const cuts = ranked.cutPoints(drawn);
      const heights = new Float64Array(points).fill(Number.NaN);
      sensitivitiesOfCuts(cuts, grid, (place, height) => {
        heights[place] = height;
      });
      const curve = rocOfCuts(cuts);
      expect([...heights]).toEqual(Array.from(grid, (rate) => sensitivityAt(curve, rate)));
    }
  }
});
