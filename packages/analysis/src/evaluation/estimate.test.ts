import { remark } from '@radweave/remarks';
import { expectedCalibrationError } from '@radweave/stats';
import { expect, test } from 'vitest';
import { binaryMetrics } from './binary-metrics.ts';
import { curvesOf } from './curves.ts';
import { inLabelNames, withInterval } from './estimate.ts';
import { groupOf, viewsOf } from './group.ts';
import { macroMetrics } from './macro-metrics.ts';

const OPTIONS = { replicates: 200, seed: 1, level: 0.95, method: 'wilson' } as const;

/** Patients whose labels come from the probabilities themselves, so that the model is calibrated. */
function calibratedGroup(classes: number) {
  const patients = Array.from({ length: 30 }, (_, i) => {
    const label = i % classes;
    const sure = 0.4 + 0.05 * (i % 7);
    const probabilities = Array.from({ length: classes }, (_, k) =>
      k === label ? sure : (1 - sure) / (classes - 1),
    );
    return {
      patient: `p${i}`,
      hospital: i % 2 ? 'SY' : 'ZS',
      label,
      probabilities,
      calibrated: null,
      predicted: label,
    };
  });
  return groupOf({ name: 'fused', threshold: 0.5 }, 'test', 'all', patients, classes);
}

test.each([2, 3])(
  'the calibration error of %i labels has an interval and says that it is biased',
  (classes) => {
    const group = calibratedGroup(classes);
    const [view] = viewsOf(group);
    if (view === undefined) throw new Error('no view');
    const { ece } = classes === 2 ? binaryMetrics(view, group.strata, OPTIONS) : macroMetrics(group, OPTIONS);
    if (classes === 2) {
      expect(ece.value).toBe(expectedCalibrationError(view.labels, view.probabilities).value);
    }
    expect(ece.upper).toBeGreaterThan(ece.lower ?? Number.NaN);
    expect(ece.note?.text).toContain('biased upward in small groups');
  },
);

test('notes beside the numbers of all classes call a class by its name', () => {
  const group = calibratedGroup(3);
  const never = { ...group, scores: group.scores, labels: group.labels.map((label) => label && 1) };
  const row = inLabelNames(macroMetrics(never, OPTIONS), ['benign', 'borderline', 'malignant']);
  expect(row.sensitivity.note?.text).toContain('label malignant: no positive patients');
  expect(JSON.stringify(row)).not.toMatch(/label \d/);
});

test('the band of a ROC curve keeps the patients of each label in each hospital', () => {
  const patients = ['SY', 'ZS', 'GD'].flatMap((hospital, i) =>
    [0, 1].map((label) => {
      const p = (label === 1 ? 0.7 : 0.4) - 0.2 * i;
      return {
        patient: hospital + label,
        hospital,
        label,
        probabilities: [1 - p, p],
        calibrated: null,
        predicted: 1,
      };
    }),
  );
  const group = groupOf({ name: 'fused', threshold: 0.5 }, 'test', 'all', patients, 2);
  const [view = expect.unreachable()] = viewsOf(group);
  const { roc } = curvesOf(group, view, OPTIONS);
  expect(roc?.lower).toEqual(roc?.upper);
});

test('an interval that does not contain its value says so', () => {
  const told = (lower: number, upper: number) =>
    withInterval({ value: 0.5, n: 9 }, { value: { lower, upper } }).note?.text;
  expect(told(0.51, 0.6)).toContain('the interval does not contain the value');
  expect(told(0.4, 0.49)).toContain('the interval does not contain the value');
  expect(told(0.4, 0.5)).toBeUndefined();
});

test('without patients there is no calibration error, and the reason is all that is said', () => {
  const group = groupOf({ name: 'fused', threshold: 0.5 }, 'test', 'all', [], 2);
  const [view] = viewsOf(group);
  if (view === undefined) throw new Error('no view');
  expect(binaryMetrics(view, group.strata, OPTIONS).ece).toEqual({
    value: null,
    note: remark('no-patients-for', { what: 'calibration' }),
  });
});
