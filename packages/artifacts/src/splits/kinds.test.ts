import { expect, test } from 'vitest';
import { inOrderOfLabels, kindsOf } from './kinds.ts';

test('kinds come once each, those who have all first, whoever was met first', () => {
  const owned = [['P'], ['A', 'D'], ['A'], ['P'], ['A', 'P']];
  expect(kindsOf(owned, ['A', 'P', 'D'])).toEqual([['A', 'P', 'D'], ['A', 'P'], ['A', 'D'], ['A'], ['P']]);
  expect(kindsOf([], ['A', 'P'])).toEqual([['A', 'P']]);
});

test('groups stand in the order of their labels, sets and hospitals in that of the list', () => {
  const all = [
    ['val', 'JM', 2],
    ['val', 'JM', 0],
    ['test', 'SY', 1],
    ['val', 'JM', 1],
    ['test', 'SY', 0],
  ] as const;
  const rows = all.map(([split, hospital, label]) => ({ split, hospital, label }));
  expect(inOrderOfLabels(rows).map(({ split, label }) => `${split} ${label}`)).toEqual([
    'val 0',
    'val 1',
    'val 2',
    'test 0',
    'test 1',
  ]);
});
