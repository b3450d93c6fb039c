import { expect, test } from 'vitest';
import { number, withLimits } from './numbers.ts';

test('numbers of tables: three digits, n/a for none, limits where they say something', () => {
  expect([number(0.81249), number(null), number(undefined)]).toEqual(['0.812', 'n/a', 'n/a']);
  expect(withLimits(0.8, 0.7, 0.9)).toBe('0.800 (0.700–0.900)');
  expect(withLimits(-0.1, -0.3, 0.1)).toBe('−0.100 (−0.300 to 0.100)');
  expect(withLimits(0.25, 0.24996, 0.25031)).toBe('0.2500 (0.2500–0.2503)');
  expect(withLimits(0.25, 0.25, 0.25 + 1e-12)).toBe('0.250');
  expect([withLimits(1, 1, 1), withLimits(1, null, null), withLimits(null, 0, 1)]).toEqual([
    '1.000',
    '1.000',
    'n/a',
  ]);
});
