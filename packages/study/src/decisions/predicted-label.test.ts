import { matrixFrom } from '@radweave/stats';
import { expect, test } from 'vitest';
import { predictedLabel, predictedLabels } from './predicted-label.ts';

test('two classes: positive from the threshold on; more: the most probable, the first of equals', () => {
  expect([0.79, 0.8, 0.81].map((p) => predictedLabel([1 - p, p], 0.8))).toEqual([0, 1, 1]);
  expect(predictedLabel(Float64Array.of(0.2, 0.5, 0.3), null)).toBe(1);
  expect(predictedLabel([0.4, 0.2, 0.4], null)).toBe(0);
  const table = matrixFrom([
    [0.9, 0.1],
    [0.7, 0.3],
  ]);
  expect(predictedLabels(table, 0.3)).toEqual([0, 1]);
  expect(predictedLabels(table, null)).toEqual([0, 0]);
});
