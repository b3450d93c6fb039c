import { expect, test } from 'vitest';
import { type Matrix, matrixFrom, takeRows } from '../core/matrix.ts';
import { mean } from '../core/moments.ts';
import { Random } from '../core/random.ts';
import { adaptSite, freezeCombatReference, harmonise } from './combat.ts';
import type { FoldCombat } from './fold-combat.ts';
import { auditSite } from './site-audit.ts';

const COLUMNS = 30;
const HOSPITALS = [
  ...Array.from({ length: 60 }, () => ['JM', 'train']),
  ...Array.from({ length: 20 }, () => ['JM', 'val']),
  ...Array.from({ length: 24 }, () => ['SY', 'test']),
  ...Array.from({ length: 24 }, () => ['ZS', 'test']),
] as [string, string][];
const hospitals = HOSPITALS.map(([name]) => name);
const patients = HOSPITALS.map((_, i) => `P${i}`);
const train = HOSPITALS.flatMap(([, split], i) => (split === 'train' ? [i] : []));

/** Noise, shifted and stretched outside JM; `shared` is the share of it that all columns of a patient of SY have in common. */
function features(seed: number, shared = 0): Matrix {
  const random = new Random(seed, 'folds');
  return matrixFrom(
    hospitals.map((hospital) => {
      const common = random.normal();
      const share = hospital === 'SY' ? shared : 0;
      return Array.from({ length: COLUMNS }, () => {
        const noise = Math.sqrt(1 - share) * random.normal() + Math.sqrt(share) * common;
        return hospital === 'JM' ? noise : 2 + 1.6 * noise;
      });
    }),
  );
}

function combatOf(table: Matrix, blocks: number[] = [10, COLUMNS - 10]): FoldCombat {
  const reference = train.map((i) => ({
    ...{ patient: patients[i] ?? '', hospital: 'JM' },
    ...{ split: 'train', role: 'home' as const },
  }));
  return { reference, referenceFeatures: takeRows(table, train), blocks, hospitals: ['SY', 'ZS'] };
}

type Scope = 'all' | 'val and test';

function inFolds(table: Matrix, scope: Scope): number {
  const own = [...hospitals.keys()].filter((i) => scope === 'all' || !train.includes(i));
  const audit = auditSite(
    takeRows(table, own),
    own.map((i) => hospitals[i] ?? ''),
    own.map((i) => patients[i] ?? ''),
    { seed: 1, level: 0.95, permutations: 1, combat: combatOf(table) },
  );
  return audit.value?.auc.value ?? Number.NaN;
}

/** As it once was: harmonised by all patients, then cross-validated. */
function beforehand(table: Matrix): number {
  const { reference, referenceFeatures } = combatOf(table);
  const base = freezeCombatReference(reference, referenceFeatures).value;
  const done = { ...table, data: Float64Array.from(table.data) };
  for (const name of ['SY', 'ZS']) {
    const rows = [...hospitals.keys()].filter((i) => hospitals[i] === name);
    const own = takeRows(table, rows);
    const adapted = base && adaptSite(base, own).value;
    if (!adapted) throw new Error('not adapted');
    const { data } = harmonise(base, adapted, own);
    rows.forEach((row, k) => {
      done.data.set(data.subarray(k * COLUMNS, (k + 1) * COLUMNS), row * COLUMNS);
    });
  }
  return (
    auditSite(done, hospitals, patients, { seed: 1, level: 0.95, permutations: 1 }).value?.auc.value ??
    Number.NaN
  );
}

const average = (value: (seed: number) => number, seeds = 12): number =>
  mean(Float64Array.from({ length: seeds }, (_, seed) => value(seed)));

test.each<Scope>(['all', 'val and test'])(
  'where hospitals differ in location and scale only, they cannot be told after harmonisation (%s)',
  (scope) => {
    const after = average((seed) => inFolds(features(seed), scope));
    expect(after).toBeGreaterThan(0.46);
    expect(after).toBeLessThan(0.54);
  },
);

test('harmonised beforehand by the very patients that are evaluated, noise falls far below chance', () => {
  expect(average((seed) => beforehand(features(seed)))).toBeLessThan(0.4);
});

test.each<Scope>(['all', 'val and test'])(
  'a hospital of another covariance, which ComBat cannot remove, is still told (%s)',
  (scope) => {
    expect(average((seed) => inFolds(features(seed, 0.5), scope))).toBeGreaterThan(0.6);
  },
);

test('too few training patients in a fold, and blocks of another width, are refused', () => {
  const table = features(1);
  const audit = (size: number) => {
    const own = [...hospitals.keys()].filter((i) => hospitals[i] === 'JM' || (i >= 80 && i < 80 + size));
    return auditSite(
      takeRows(table, own),
      own.map((i) => hospitals[i] ?? ''),
      own.map((i) => patients[i] ?? ''),
      { seed: 1, level: 0.95, permutations: 1, combat: combatOf(table) },
    );
  };
  expect(audit(13).value?.n).toBe(93);
  expect(audit(12)).toMatchObject({
    value: null,
    reason: { text: 'SY has 9 training patients in a fold: harmonising inside the folds needs at least 10' },
  });
  const wrong = { seed: 1, level: 0.95, permutations: 1, combat: combatOf(table, [10, 10]) };
  expect(() => auditSite(table, hospitals, patients, wrong)).toThrow('20 columns, the features 30');
});
