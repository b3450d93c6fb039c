import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
import { BINARY_SAMPLES, worstDifference } from '../core/samples.test.data.ts';
import { brierScore, brierScoreMulticlass, calibrationCurve, expectedCalibrationError } from './curve.ts';
import { decisionCurve } from './decision-curve.ts';
import { recalibration } from './recalibration.ts';

const REFERENCE = `
import json, sys
import numpy as np
import statsmodels.api as sm
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
out = []
for s in json.load(sys.stdin):
    y, p = np.array(s['labels']), np.array(s['first'])
    c = np.clip(p, 1e-7, 1 - 1e-7)
    z = np.log(c / (1 - c))
    line = sm.GLM(y, sm.add_constant(z), family=sm.families.Binomial()).fit(tol=1e-14)
    large = sm.GLM(y, np.ones((len(y), 1)), offset=z, family=sm.families.Binomial()).fit(tol=1e-14)
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], p)
    ece = sum(abs(y[bins == b].mean() - p[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    net = [np.mean((p >= t) & (y == 1)) - np.mean((p >= t) & (y == 0)) * t / (1 - t) for t in (0.1, 0.3, 0.5)]
    every = [y.mean() - (1 - y.mean()) * t / (1 - t) for t in (0.1, 0.3, 0.5)]
    out.append(dict(slope=[line.params[1], *line.conf_int()[1]], intercept=[large.params[0], *large.conf_int()[0]],
        brier=brier_score_loss(y, p), ece=ece, net=net, every=every,
        curve=[v.tolist() for v in calibration_curve(y, p, n_bins=10)]))
print(json.dumps(out))
`;

interface Reference {
  slope: number[];
  intercept: number[];
  brier: number;
  ece: number;
  net: number[];
  every: number[];
  curve: [observed: number[], predicted: number[]];
}

referenceTest(
  'recalibration, Brier, calibration curve and net benefit equal statsmodels, scikit-learn and NumPy',
  ['sklearn', 'statsmodels'],
  () => {
    const expected = pythonJson<Reference[]>(REFERENCE, { input: JSON.stringify(BINARY_SAMPLES) });
    for (const [i, { labels, first }] of BINARY_SAMPLES.entries()) {
      const reference = expected[i] as Reference;
      const own = recalibration(labels, first);
      for (const name of ['slope', 'intercept'] as const) {
        const estimate = own[name];
        if (estimate.value === null) throw new Error(estimate.reason.text);
        const limits = [estimate.value, estimate.lower ?? Number.NaN, estimate.upper ?? Number.NaN];
        expect(worstDifference(limits, reference[name])).toBeLessThan(1e-6);
      }
      expect(brierScore(labels, first).value).toBeCloseTo(reference.brier, 12);
      const bins = calibrationCurve(labels, first).value ?? [];
      const shares = [bins.map(({ observed }) => observed), bins.map(({ predicted }) => predicted)];
      expect(worstDifference(shares[0] ?? [], reference.curve[0])).toBeLessThan(1e-12);
      expect(worstDifference(shares[1] ?? [], reference.curve[1])).toBeLessThan(1e-12);
      expect(expectedCalibrationError(labels, first).value).toBeCloseTo(reference.ece, 12);
      const curve = decisionCurve(labels, first, [0.1, 0.3, 0.5]).value ?? [];
      expect(
        worstDifference(
          curve.map((point) => point.model),
          reference.net,
        ),
      ).toBeLessThan(1e-12);
      expect(
        worstDifference(
          curve.map((point) => point.treatAll),
          reference.every,
        ),
      ).toBeLessThan(1e-12);
    }
  },
);

test('separated classes, equal probabilities and one class are null with the reason', () => {
  const separated = recalibration([0, 0, 1, 1], [0.1, 0.2, 0.2, 0.9]);
  expect(separated.slope).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('infinite') },
  });
  expect(separated.intercept.value).not.toBeNull();
  expect(recalibration([0, 1], [0.4, 0.4]).slope).toMatchObject({
    reason: { text: 'all patients have the same probability' },
  });
  expect(recalibration([1, 1], [0.4, 0.5]).intercept.value).toBeNull();
  expect(brierScore([], []).value).toBeNull();
  expect(decisionCurve([], [], [0.5]).value).toBeNull();
});

test('probabilities of 0 and 1 are clipped and counted', () => {
  const own = recalibration([0, 1, 0, 1, 1], [0, 0.3, 0.6, 1, 0.7]);
  expect(own.slope).toMatchObject({ note: { text: expect.stringContaining('clipped to that distance: 2') } });
  expect(recalibration([0, 1, 0, 1], [0.2, 0.4, 0.6, 0.7]).slope).not.toHaveProperty('note');
  expect(() => recalibration([0, 1], [0.5, 1.2])).toThrow('probabilities[1] is 1.2');
});

test("Brier's multi-class score sums over classes", () => {
  const score = brierScoreMulticlass(
    [0, 2],
    matrixFrom([
      [0.5, 0.3, 0.2],
      [0, 0, 1],
    ]),
  );
  expect(score.value).toBeCloseTo((0.25 + 0.09 + 0.04) / 2, 12);
});
