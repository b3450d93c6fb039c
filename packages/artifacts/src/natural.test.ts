import { expect, test } from 'vitest';
import { naturalCompare } from './natural.ts';

test('digits compare as numbers, everything else by code units', () => {
  const sorted = [
    's_1.png',
    's_002.png',
    's_2.png',
    's_10.png',
    's_10b.png',
    's_99999999999999999999.png',
    't.png',
    'ä.png',
  ];
  const shuffled = [...sorted].reverse();
  expect(shuffled.sort(naturalCompare)).toEqual(sorted);
  expect(naturalCompare('a_100000000000000000001', 'a_100000000000000000002')).toBeLessThan(0);
  expect(naturalCompare('a', 'a')).toBe(0);
  expect(naturalCompare('a', 'a1')).toBeLessThan(0);
  expect(naturalCompare('a01', 'a1')).toBe(-naturalCompare('a1', 'a01'));
});
