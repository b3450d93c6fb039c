import { expect, test } from 'vitest';
import { digitsFromThreshold, thresholdText } from './digits.ts';

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

test.each([
  [0.5172413, [], '0.5172'],
  [0.5, [0.3, 0.5, 0.9], '0.5000'],
  [0.51724, [0.51722], '0.51724'],
  [0.99999516, [], '0.999995'],
  [0.99999516, [0.9999953], '0.9999952'],
  [1 - 2 ** -53, [], '0.9999999999999999'],
  [0.00012, [], '0.0001'],
  [0.00003, [], '3.0e-5'],
  [2.34e-23, [0, 1e-30], '2.3e-23'],
  [2.34e-23, [2.31e-23], '2.34e-23'],
  [0, [], '0.0000'],
  [1, [1, 0.99999], '1.00000'],
])('threshold %s beside %j is printed as %s', (threshold, probabilities, text) => {
  expect(thresholdText(threshold, probabilities)).toBe(text);
});
