import { expect, test } from 'vitest';
import { BINARY_SAMPLES } from '../core/samples.test.data.ts';
import { confusionAt } from './confusion.ts';
import { fixedSensitivityThreshold, youdenThreshold } from './threshold.ts';

/** Youden's J times both class counts, a whole number. */
function scaledJ(labels: readonly number[], scores: readonly number[], threshold: number): number {
  const table = confusionAt(labels, scores, threshold);
  const positives = table.truePositives + table.falseNegatives;
  return table.truePositives * (labels.length - positives) - table.falsePositives * positives;
}

test('no observed score has a higher Youden index, and none as high lies nearer to 0.5', () => {
  for (const { labels, first } of BINARY_SAMPLES) {
    const choice = youdenThreshold(labels, first).value;
    if (choice === null) throw new Error('no threshold');
    const best = scaledJ(labels, first, choice.threshold);
    for (const other of first) {
      const j = scaledJ(labels, first, other);
      expect(j).toBeLessThanOrEqual(best);
      if (j === best) expect(Math.abs(other - 0.5)).toBeGreaterThanOrEqual(Math.abs(choice.threshold - 0.5));
    }
    const table = confusionAt(labels, first, choice.threshold);
    expect(choice.sensitivity).toBeCloseTo(
      table.truePositives / (table.truePositives + table.falseNegatives),
      12,
    );
    expect(choice.specificity).toBeCloseTo(
      table.trueNegatives / (table.trueNegatives + table.falsePositives),
      12,
    );
  }
});

test('ties of the Youden index go to the threshold nearest 0.5', () => {
  // J is 0.5 both at 0.9 (1 of 2 found, no false alarm) and at 0.6 (both found, 1 of 2 false alarms).
  expect(youdenThreshold([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]).value?.threshold).toBe(0.6);
  expect(youdenThreshold([1, 0, 1, 0], [0.55, 0.3, 0.2, 0.1]).value?.threshold).toBe(0.55);
});

test('a fixed sensitivity is reached by the highest threshold that does', () => {
  const labels = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
  const scores = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.2, 0.5, 0.1];
  expect(fixedSensitivityThreshold(labels, scores, 0.9).value).toEqual({
    threshold: 0.55,
    sensitivity: 0.9,
    specificity: 1,
  });
  expect(fixedSensitivityThreshold(labels, scores, 1).value).toMatchObject({
    threshold: 0.2,
    specificity: 0.5,
  });
  expect(() => fixedSensitivityThreshold(labels, scores, 1.1)).toThrow('target sensitivity is 1.1');
});

test('one class only gives no threshold', () => {
  expect(youdenThreshold([1, 1], [0.2, 0.3])).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('both') },
  });
  expect(fixedSensitivityThreshold([0], [0.2], 0.9).value).toBeNull();
});
