import { expect, test } from 'vitest';
import { Random } from '../core/random.ts';
import { foldRows, stratifiedGroupKFold } from './group-kfold.ts';
import { stratifiedSplit, trainSeats } from './stratified-split.ts';

const IDS = Array.from({ length: 47 }, (_, i) => `P${String(i).padStart(3, '0')}`);
const LABELS = IDS.map((_, i) => (i % 5 === 0 ? 1 : 0));

test('sizes follow the largest remainder, with a patient of every class on both sides', () => {
  expect(trainSeats([63, 27], 0.7)).toEqual([44, 19]);
  expect(trainSeats([90], 0.7)).toEqual([63]);
  expect(trainSeats([5, 5, 5], 0.7)).toEqual([4, 4, 3]);
  expect(trainSeats([100, 2], 0.99)).toEqual([99, 1]);
  expect(trainSeats([2, 2], 0.01)).toEqual([1, 1]);
});

test('every patient is on one side, and the seed decides which', () => {
  const split = stratifiedSplit(LABELS, 0.7, 42).value;
  if (split === null) throw new Error('no split');
  expect([...split.train, ...split.validation].sort((a, b) => a - b)).toEqual([...LABELS.keys()]);
  expect(split.train.length).toBe(33);
  expect(split.train.filter((i) => LABELS[i] === 1).length).toBe(7);
  expect(stratifiedSplit(LABELS, 0.7, 42).value).toEqual(split);
  expect(stratifiedSplit(LABELS, 0.7, 43).value).not.toEqual(split);
});

test('with IDs the split does not depend on the order of patients', () => {
  const names = (order: readonly number[]): string[] => {
    const ids = order.map((i) => IDS[i] ?? '');
    const split = stratifiedSplit(
      order.map((i) => LABELS[i] ?? 0),
      0.7,
      42,
      ids,
    );
    return (split.value?.train ?? []).map((i) => ids[i] ?? '').sort();
  };
  const shuffled = new Random(5, 'order').shuffle([...IDS.keys()]);
  expect(names(shuffled)).toEqual(names([...IDS.keys()]));
  expect(() => stratifiedSplit([0, 0, 1, 1], 0.5, 1, ['a', 'b', 'a', 'c'])).toThrow('patient a occurs twice');
});

test('IDs are ordered by code points', () => {
  // U+FF5E sorts before U+1F600 by code point, after it by UTF-16 code unit.
  const split = (ids: string[]): string[] | undefined =>
    stratifiedSplit([0, 0, 0, 0], 0.5, 3, ids)
      .value?.train.map((i) => ids[i] ?? '')
      .sort();
  expect(split(['\u{1F600}', '\uFF5E', 'a', 'b'])).toEqual(split(['b', 'a', '\uFF5E', '\u{1F600}']));
});

test('a class with a single patient is null and named', () => {
  expect(stratifiedSplit([0, 0, 0, 1], 0.7, 1)).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('label 1') },
  });
  expect(stratifiedSplit([], 0.7, 1).value).toBeNull();
});

test('folds keep patients whole, even in classes, and do not depend on row order', () => {
  const random = new Random(8, 'slices');
  const rows = IDS.flatMap((id, i) =>
    Array.from({ length: 1 + random.below(6) }, () => ({ id, label: LABELS[i] ?? 0 })),
  );
  const divide = (table: typeof rows): Map<string, number> => {
    const folds = stratifiedGroupKFold(
      table.map(({ label }) => label),
      table.map(({ id }) => id),
      5,
      42,
    ).value;
    if (folds === null) throw new Error('no folds');
    const foldOf = new Map<string, number>();
    for (const [i, { id }] of table.entries()) {
      const fold = folds.foldOf[i] ?? -1;
      expect(foldOf.get(id) ?? fold).toBe(fold);
      foldOf.set(id, fold);
    }
    const { train, validation } = foldRows(folds, 0);
    expect(train.length + validation.length).toBe(table.length);
    return foldOf;
  };
  const folds = divide(rows);
  expect(divide(random.shuffle([...rows]))).toEqual(folds);
  for (let fold = 0; fold < 5; fold++) {
    const mine = rows.filter(({ id }) => folds.get(id) === fold);
    expect(mine.some(({ label }) => label === 1)).toBe(true);
    expect(Math.abs(mine.length - rows.length / 5)).toBeLessThan(6);
  }
});

test('one row per patient gives folds whose sizes differ by at most one per class', () => {
  const folds = stratifiedGroupKFold(LABELS, IDS, 4, 1).value;
  if (folds === null) throw new Error('no folds');
  for (const label of [0, 1]) {
    const sizes = [0, 1, 2, 3].map(
      (fold) => IDS.filter((_, i) => folds.foldOf[i] === fold && LABELS[i] === label).length,
    );
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
});

test('too few patients of a class for the folds is null and named', () => {
  expect(stratifiedGroupKFold([0, 0, 0, 1, 1], ['a', 'b', 'c', 'd', 'd'], 2, 1)).toMatchObject({
    value: null,
    reason: { text: 'label 1 has 1 patient: 2 folds need at least 2' },
  });
});
