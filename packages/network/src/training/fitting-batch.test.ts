import { expect, test } from 'vitest';
import { fittingBatch } from './fitting-batch.ts';

test.each([
  [64, 40, 32],
  [64, 20, 16],
  [96, 40, 32],
  [30, 14, 10],
  [7, 6, 1],
  [64, 0, null],
])('of batches of %i slices where %i fit, %j is taken: an equal share', (batch, most, expected) => {
  expect(fittingBatch(batch, (size) => size <= most)).toBe(expected);
});
