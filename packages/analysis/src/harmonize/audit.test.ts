// Which patients and features each site audit looks at, and what is said beside it.
import { Random } from '@radweave/stats';
import { expect, test } from 'vitest';
import type { FusedSplit } from '../fusion/fused-split.ts';
import { type AuditInput, siteAuditTasks } from './audit.ts';

const DIMS = 3;
const random = new Random(5, 'site audit');

/** Patients of hospitals, the features of each moved by a shift. */
function split(name: FusedSplit['split'], hospitals: [name: string, n: number, shift: number][]): FusedSplit {
  const people = hospitals.flatMap(([hospital, n, shift]) =>
    Array.from({ length: n }, (_, i) => ({
      hospital,
      patient_id: `${name}${hospital}${i}`,
      label: i % 2,
      shift,
    })),
  );
  const features = (): Float32Array =>
    Float32Array.from(
      people.flatMap(({ shift }) => Array.from({ length: DIMS }, () => shift + random.normal())),
    );
  return {
    split: name,
    patients: people,
    labels: Int32Array.from(people, ({ label }) => label),
    owned: people.map(() => ['A', 'P']),
    pooled: { A: { dims: DIMS, data: features() }, P: { dims: DIMS, data: features() } },
  };
}

const splits = {
  train: split('train', [['JM', 20, 0]]),
  val: split('val', [['JM', 10, 0]]),
  test: split('test', [
    ['SY', 12, 4],
    ['', 3, 9],
  ]),
};

const input = (more: Partial<AuditInput> = {}): AuditInput => ({
  splits,
  harmonised: [],
  modalities: ['A', 'P'],
  level: 0.95,
  inSample: ['A'],
  seed: 1,
  permutations: 9,
  ...more,
});

test('all patients, and those no network learned from, are audited; patients of unknown hospitals are not', () => {
  const rows = siteAuditTasks(input()).map(({ run }) => run());
  expect(rows.map(({ model, scope, n }) => `${model} ${scope} ${n}`)).toEqual([
    'fused all 42',
    'fused val and test 22',
    'A all 42',
    'A val and test 22',
    'P all 42',
    'P val and test 22',
  ]);
  for (const { hospitals, transductive, auc } of rows) {
    expect([hospitals, transductive]).toEqual(['JM SY', 'no']);
    expect(auc).toBeGreaterThan(0.95);
  }
});

test('training patients of the network itself are a caution beside the rows that have them, and beside no other', () => {
  const cautioned = siteAuditTasks(input())
    .map(({ run }) => run())
    .filter(({ note }) => note?.code === 'site-in-sample');
  expect(cautioned.map(({ model, scope }) => `${model} ${scope}`)).toEqual(['fused all', 'A all']);
});

test('harmonised inside the folds, a shifted hospital is hardly told any more', () => {
  const many = split('test', [['SY', 40, 4]]);
  const tasks = siteAuditTasks(
    input({ splits: { ...splits, test: many }, modalities: ['A'], harmonised: ['SY'] }),
  );
  const rows = tasks.map(({ run }) => run());
  expect(rows.map(({ features, transductive }) => `${features} ${transductive}`)).toEqual([
    'extracted no',
    'harmonised yes',
    'extracted no',
    'harmonised yes',
  ]);
  const [before, after] = rows;
  expect(after?.auc).toBeLessThan((before?.auc ?? 0) - 0.2);
  expect(after?.note?.text).toContain('harmonised again inside each fold');
});
