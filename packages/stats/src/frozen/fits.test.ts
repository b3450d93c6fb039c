import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
import { BINARY_SAMPLES, featureSample, worstDifference } from '../core/samples.test.data.ts';
import { aggregateSlices, freezeAggregation } from './aggregation.ts';
import { applyIsotonic, freezeIsotonic } from './isotonic.ts';
import { applyPlatt, freezePlatt } from './platt.ts';
import type { FitRow, ScoredRow } from './rows.ts';
import { applyScaler, freezeScaler } from './scaler.ts';
import { applyTemperature, freezeTemperature } from './temperature.ts';
import { freezeThreshold } from './threshold.ts';

const home = (i: number): FitRow => ({ patient: `P${i}`, hospital: 'JM', split: 'val', role: 'home' });
const scored = (labels: readonly number[], probabilities: readonly number[]): ScoredRow[] =>
  labels.map((label, i) => ({ ...home(i), label, probability: probabilities[i] ?? 0 }));
const labelled = (labels: readonly number[]): (FitRow & { label: number })[] =>
  labels.map((label, i) => ({ ...home(i), label }));

const CALIBRATORS = `
import json, sys, warnings
import numpy as np
import statsmodels.api as sm
from sklearn.isotonic import IsotonicRegression
warnings.simplefilter('ignore')
out = []
for s in json.load(sys.stdin):
    y, p, q = np.array(s['labels']), np.array(s['first']), np.array(s['second'])
    logit = lambda v: np.log(np.clip(v, 1e-7, 1 - 1e-7) / (1 - np.clip(v, 1e-7, 1 - 1e-7)))
    target = np.where(y == 1, (y.sum() + 1) / (y.sum() + 2), 1 / ((1 - y).sum() + 2))
    line = sm.GLM(target, sm.add_constant(logit(p)), family=sm.families.Binomial()).fit(tol=1e-14)
    iso = IsotonicRegression(out_of_bounds='clip').fit(p, y)
    out.append(dict(platt=line.predict(sm.add_constant(logit(q))).tolist(), isotonic=iso.predict(q).tolist()))
print(json.dumps(out))
`;

referenceTest('Platt equals statsmodels, isotonic equals scikit-learn', ['sklearn', 'statsmodels'], () => {
  const expected = pythonJson<{ platt: number[]; isotonic: number[] }[]>(CALIBRATORS, {
    input: JSON.stringify(BINARY_SAMPLES),
  });
  for (const [i, { labels, first, second }] of BINARY_SAMPLES.entries()) {
    const rows = scored(labels, first);
    const platt = freezePlatt(rows).value;
    const isotonic = freezeIsotonic(rows).value;
    if (platt === null || isotonic === null) throw new Error('not fitted');
    expect(worstDifference(applyPlatt(platt, second), expected[i]?.platt ?? [])).toBeLessThan(1e-7);
    expect(worstDifference(applyIsotonic(isotonic, second), expected[i]?.isotonic ?? [])).toBeLessThan(1e-12);
  }
});

const OTHERS = `
import json, sys
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
s = json.load(sys.stdin)
x, y = np.array(s['rows']), np.array(s['labels'])
nll = lambda b: -log_softmax(x[:, :3] * np.exp(b), axis=1)[np.arange(len(y)), y].mean()
best = minimize_scalar(nll, bounds=(-5, 5), method='bounded', options=dict(xatol=1e-12))
print(json.dumps(dict(temperature=float(np.exp(-best.x)))))
`;

referenceTest('temperature equals SciPy', ['scipy'], () => {
  const { rows, labels } = featureSample(11, 80, 12, 3);
  const reference = pythonJson<{ temperature: number }>(OTHERS, {
    input: JSON.stringify({ rows, labels }),
  });
  const logits = matrixFrom(rows.map((row) => row.slice(0, 3)));
  const frozen = freezeTemperature(labelled(labels), logits).value;
  if (frozen === null) throw new Error('no temperature');
  expect(Math.abs(frozen.value.temperature / reference.temperature - 1)).toBeLessThan(1e-6);
  const calibrated = applyTemperature(frozen, logits);
  expect(calibrated.data.slice(0, 3).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
});

test('a temperature without a finite optimum is null with the reason', () => {
  const rows = labelled([0, 1]);
  expect(
    freezeTemperature(
      rows,
      matrixFrom([
        [2, 0],
        [0, 2],
      ]),
    ),
  ).toMatchObject({ reason: { text: expect.stringContaining('tends to 0') } });
  expect(
    freezeTemperature(
      rows,
      matrixFrom([
        [0, 2],
        [2, 0],
      ]),
    ),
  ).toMatchObject({ reason: { text: expect.stringContaining('infinite') } });
});

test('a scaler applies what was fitted', () => {
  const features = matrixFrom([
    [1, 10, 5],
    [3, 30, 5],
    [5, 80, 5],
  ]);
  const rows = [0, 1, 2].map(home);
  const scaler = freezeScaler(rows, features).value;
  if (scaler === null) throw new Error('not fitted');
  expect(Array.from(applyScaler(scaler, matrixFrom([[3, 40, 6]])).data)).toEqual([0, 0, 1]);
});

test('thresholds by rule', () => {
  const rows = scored([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9]);
  expect(freezeThreshold(rows).value?.value).toMatchObject({ rule: 'youden', threshold: 0.4 });
  expect(freezeThreshold(rows, { rule: 'fixed_sensitivity', target: 1 }).value?.value).toMatchObject({
    threshold: 0.4,
    target: 1,
  });
  expect(freezeThreshold(rows, { rule: 'fixed', threshold: 0.5 }).value?.value).toMatchObject({
    threshold: 0.5,
  });
  expect(freezeThreshold(scored([0, 0], [0.1, 0.2])).value).toBeNull();
});

test('slices are aggregated by mean, max, top-k and median', () => {
  const slices = matrixFrom([0.1, 0.9, 0.3, 0.8].map((p) => [1 - p, p]));
  const positive = (aggregation: Parameters<typeof aggregateSlices>[1]): number | undefined =>
    aggregateSlices(slices, aggregation)[1];
  expect(positive({ method: 'mean' })).toBeCloseTo(0.525, 12);
  expect(positive({ method: 'max' })).toBe(0.9);
  expect(positive({ method: 'median' })).toBeCloseTo(0.55, 12);
  expect(positive({ method: 'top_k', k: 2 })).toBeCloseTo(0.85, 12);
  expect(positive({ method: 'top_k', k: 9 })).toBeCloseTo(0.525, 12);
  const three = aggregateSlices(
    matrixFrom([
      [0.6, 0.3, 0.1],
      [0.2, 0.1, 0.7],
    ]),
    { method: 'max' },
  );
  expect(worstDifference(three, [0.6 / 1.6, 0.3 / 1.6, 0.7 / 1.6])).toBeLessThan(1e-15);
});

test('the aggregation of highest AUC is chosen, and the mean on a tie', () => {
  // A single bright slice marks the positive patients: only the maximum separates them.
  const patient = (
    i: number,
    label: number,
    values: number[],
  ): FitRow & { label: number; slices: ReturnType<typeof matrixFrom> } => ({
    ...home(i),
    label,
    slices: matrixFrom(values.map((p) => [1 - p, p])),
  });
  const rows = [
    patient(0, 1, [0.95, 0.1, 0.1, 0.1]),
    patient(1, 1, [0.9, 0.2, 0.1, 0.1]),
    patient(2, 0, [0.5, 0.5, 0.5, 0.5]),
    patient(3, 0, [0.45, 0.45, 0.45, 0.45]),
  ];
  const chosen = freezeAggregation(rows).value?.value;
  expect(chosen?.chosen).toEqual({ method: 'max' });
  expect(chosen?.candidates.map((candidate) => candidate.auc)).toEqual([0, 1, 0, 0]);
  const tied = freezeAggregation(rows.slice(1, 3), [{ method: 'mean' }, { method: 'median' }]).value?.value;
  expect(tied?.candidates.map((candidate) => candidate.auc)).toEqual([0, 0]);
  expect(tied?.chosen).toEqual({ method: 'mean' });
  expect(freezeAggregation(rows.slice(0, 2))).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('only positive') },
  });
});
