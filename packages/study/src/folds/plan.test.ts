import { expect, test } from 'vitest';
import type { SliceRow } from '../cohort/slice-table.ts';
import { type CrossFold, patientsHash, planFolds, planHospitals } from './plan.ts';

const LEARNED = { classes: 2, splitsDir: 'splits' };

/** Two slices of each patient, half of the patients of each label. */
function rows(hospitals: Readonly<Record<string, number>>): SliceRow[] {
  return Object.entries(hospitals).flatMap(([hospital, count]) =>
    Array.from({ length: count }, (_, i) =>
      [0, 1].map((slice) => ({
        patient: `${hospital}${i}`,
        hospital,
        label: i % 2,
        path: `${hospital}${i}/${slice}.png`,
      })),
    ).flat(),
  );
}

const patientsOf = (own: readonly SliceRow[]): string[] =>
  [...new Set(own.map(({ patient }) => patient))].sort();

function requireApart({ sets: { train, val, test: held } }: CrossFold, all: readonly SliceRow[]): void {
  const parts = [train, val, held].map(patientsOf);
  expect(new Set(parts.flat()).size).toBe(parts.flat().length);
  expect(parts.flat().sort()).toEqual(patientsOf(all));
  expect(train.length + val.length + held.length).toBe(all.length);
}

test('every patient is held out once, and is in no other set of that fold', () => {
  const all = rows({ JM: 30 });
  const folds = planFolds(all, 5, 42, LEARNED);
  expect(folds.map(({ name, suffix }) => `${name} ${suffix}`)).toEqual(
    [1, 2, 3, 4, 5].map((k) => `${k} fold${k}`),
  );
  for (const fold of folds) {
    requireApart(fold, all);
    const held = fold.sets.test.filter(({ label }) => label === 1).length / 2;
    expect(held).toBe(3);
    for (const label of [0, 1]) expect(fold.sets.val.some((row) => row.label === label)).toBe(true);
  }
  expect(folds.flatMap(({ sets }) => patientsOf(sets.test)).sort()).toEqual(patientsOf(all));
});

test('folds depend on seed and patients, not on the order of the rows', () => {
  const all = rows({ JM: 30 });
  const plan = patientsHash(planFolds(all, 3, 1, LEARNED));
  expect(patientsHash(planFolds([...all].reverse(), 3, 1, LEARNED))).toBe(plan);
  expect(patientsHash(planFolds(all, 3, 2, LEARNED))).not.toBe(plan);
  expect(patientsHash(planFolds(all.slice(2), 3, 1, LEARNED))).not.toBe(plan);
});

test('a hospital that is left out is wholly left out', () => {
  const all = rows({ JM: 12, SY: 10, ZS: 8 });
  const folds = planHospitals(all, 42, LEARNED);
  expect(folds.map(({ name }) => name)).toEqual(['JM', 'SY', 'ZS']);
  for (const fold of folds) {
    requireApart(fold, all);
    expect(new Set(fold.sets.test.map(({ hospital }) => hospital))).toEqual(new Set([fold.name]));
    expect([...fold.sets.train, ...fold.sets.val].some(({ hospital }) => hospital === fold.name)).toBe(false);
  }
});

test('what cannot be learned is refused before the first fold', () => {
  expect(() => planHospitals(rows({ JM: 12 }), 1, LEARNED)).toThrow(
    expect.objectContaining({ code: 'E_HOSPITALS' }),
  );
  expect(() => planFolds(rows({ JM: 4 }), 5, 1, LEARNED)).toThrow(
    expect.objectContaining({ code: 'E_FOLDS' }),
  );
  // Fewer than two folds there are not; more hold out fewer patients.
  for (const [own, k, hint] of [
    [rows({ JM: 4 }), 5, /^Use fewer folds/],
    [rows({ JM: 2 }), 2, /^Add patients; /],
    [rows({ JM: 6 }), 2, /^Add patients, or use more folds/],
  ] as const) {
    expect(() => planFolds(own, k, 1, LEARNED)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(hint) }),
    );
  }
  const one = rows({ JM: 12 }).map((row) => ({ ...row, label: 1 }));
  expect(() => planFolds(one, 3, 1, LEARNED)).toThrow(/label 0|class 0|grade0/);
});
