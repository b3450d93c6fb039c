import { expect, test } from 'vitest';
import { estimateText } from './format.ts';

test('limits that would look the same have more digits, and those that are one number are left out', () => {
  expect(estimateText({ value: 0.25, lower: 0.2, upper: 0.3 })).toBe('0.25 (0.20–0.30)');
  expect(estimateText({ value: 0.25, lower: 0.2496, upper: 0.2507 })).toBe('0.250 (0.250–0.251)');
  expect(estimateText({ value: 0, lower: -0.001, upper: 0.001 })).toBe('0.000 (−0.001, 0.001)');
  expect(estimateText({ value: 0.25, lower: 0.25, upper: 0.25 + 1e-9 })).toBe('0.25');
  expect(estimateText({ value: 0.93, lower: 0.93, upper: 0.93 })).toBe('0.93');
});
