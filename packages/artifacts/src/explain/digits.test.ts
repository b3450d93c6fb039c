import { expect, test } from 'vitest';
import { digitsFromThreshold } from './digits.ts';

test.each([
  [0.469, [0.3, 0.6], 3],
  [0.4692, [0.4688], 4],
  [0.469054, [0.469051, 0.9], 6],
  [0.469, [0.469], 3],
  [null, [0.5], 3],
  [0.5, [], 3],
  [0.5, [0.5 - 2 ** -53], 16],
])('threshold %s and probabilities %j need %i digits', (threshold, probabilities, digits) => {
  expect(digitsFromThreshold(threshold, probabilities)).toBe(digits);
});
