import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { worstDifference } from '../core/samples.test.data.ts';
import { proportion } from '../discrimination/proportion.ts';
import { fitLogistic, logisticProbabilities } from '../linear/logistic.ts';
import { rowSpace } from './row-space.ts';
import { auditSite } from './site-audit.ts';

function cohort(
  shift: number,
  columns: number,
): { rows: number[][]; hospitals: string[]; patients: string[] } {
  const random = new Random(21, 'cohort');
  const hospitals = Array.from({ length: 60 }, (_, i) => ['JM', 'ZS', 'GD'][i % 3] ?? '');
  const rows = hospitals.map((hospital) =>
    Array.from({ length: columns }, (_, j) => random.normal() + (hospital === 'ZS' && j < 5 ? shift : 0)),
  );
  return { rows, hospitals, patients: hospitals.map((_, i) => `P${i}`) };
}

test('a planted site effect is found, and none is found where there is none', () => {
  const planted = cohort(2.5, 100);
  const found = auditSite(matrixFrom(planted.rows), planted.hospitals, planted.patients, {
    seed: 1,
    level: 0.95,
    permutations: 39,
  });
  expect(found.value?.auc.value).toBeGreaterThan(0.6);
  expect(found.value?.aucP).toBe(1 / 40);
  expect(found.value).toMatchObject({ hospitals: ['GD', 'JM', 'ZS'], n: 60, folds: 5, excluded: [] });
  expect(found.value?.chance).toBeCloseTo(1 / 3, 12);
  const none = cohort(0, 20);
  const clean = auditSite(matrixFrom(none.rows), none.hospitals, none.patients, {
    seed: 1,
    level: 0.95,
    permutations: 39,
  });
  expect(clean.value?.aucP).toBeGreaterThan(0.05);
  expect(clean.value?.accuracyP).toBeGreaterThan(0.05);
});

test.each([0.8, 0.99])('the interval of the accuracy is that of the level %d', (level) => {
  const { rows, hospitals, patients } = cohort(1, 4);
  const { value } = auditSite(matrixFrom(rows), hospitals, patients, { seed: 1, level, permutations: 1 });
  const { accuracy, n } = value ?? expect.unreachable();
  expect(accuracy).toEqual(proportion(Math.round((accuracy.value ?? 0) * n), n, { level }));
});

test('hospitals too small for the folds are left out and listed; one hospital is null', () => {
  const { rows, hospitals, patients } = cohort(1, 4);
  const named = hospitals.map((hospital, i) => (i === 0 ? 'tiny' : hospital));
  const audit = auditSite(matrixFrom(rows), named, patients, { seed: 1, level: 0.95, permutations: 9 });
  expect(audit.value).toMatchObject({ excluded: ['tiny'], n: 59 });
  const one = auditSite(
    matrixFrom(rows),
    hospitals.map(() => 'JM'),
    patients,
    { seed: 1, level: 0.95 },
  );
  expect(one).toMatchObject({ value: null, reason: { code: 'one-site' } });
});

test('the penalised fit predicts the same in the space of its train rows', () => {
  const { rows } = cohort(1, 200);
  const labels = rows.slice(0, 40).map((_, i) => i % 2);
  const [train, others] = [matrixFrom(rows.slice(0, 40)), matrixFrom(rows.slice(40))];
  const reduced = rowSpace(train, others);
  expect(reduced.train.columns).toBe(40);
  const full = fitLogistic(train, labels).value;
  const small = fitLogistic(reduced.train, labels).value;
  if (full === null || small === null) throw new Error('not fitted');
  const gap = worstDifference(
    logisticProbabilities(full, others).data,
    logisticProbabilities(small, reduced.others).data,
  );
  expect(gap).toBeLessThan(1e-6);
});
