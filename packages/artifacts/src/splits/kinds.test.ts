import { expect, test } from 'vitest';
import { kindsOf } from './kinds.ts';

test('kinds come once each, those who have all first, whoever was met first', () => {
  const owned = [['P'], ['A', 'D'], ['A'], ['P'], ['A', 'P']];
  expect(kindsOf(owned, ['A', 'P', 'D'])).toEqual([['A', 'P', 'D'], ['A', 'P'], ['A', 'D'], ['A'], ['P']]);
  expect(kindsOf([], ['A', 'P'])).toEqual([['A', 'P']]);
});
