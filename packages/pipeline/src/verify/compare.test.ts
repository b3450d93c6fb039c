import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { compareFiles } from './compare-files.ts';
import { compareJson } from './compare-json.ts';
import { compareTables } from './compare-tables.ts';
import { Findings } from './findings.ts';
import { compareCells } from './numbers.ts';

function json(saved: unknown, now: unknown): { differences: string[]; rounding: number } {
  const findings = new Findings();
  const rounding = compareJson(findings, 'x.json', saved, now);
  return {
    differences: findings.differences.map(({ column, saved, now }) => `${column}: ${saved} → ${now}`),
    rounding,
  };
}

test('a difference of JSON is named by its path, an entry of a list by its own name', () => {
  const saved = { classifiers: [{ name: 'fused', coef: [[1, 2]] }], label_names: ['a'] };
  const now = { classifiers: [{ name: 'fused', coef: [[1, 3]] }], label_names: ['a', 'b'] };
  expect(json(saved, now).differences).toEqual([
    'classifiers[fused].coef[0][1]: 2 → 3',
    'label_names: 1 entry → 2 entries',
  ]);
});

test('rounding is counted and no difference; notes, versions and places are not compared', () => {
  const saved = { auc: 0.9, versions: { radweave: '1' }, rows: [{ note: 'one', auc: 0.5 }] };
  const now = { auc: 0.9 + 1e-13, versions: { radweave: '2' }, rows: [{ note: 'other', auc: 0.5 }] };
  expect(json(saved, now)).toEqual({ differences: [], rounding: 1 });
  expect(json({ auc: 0.9 }, { auc: 0.9 + 1e-6 }).differences).toHaveLength(1);
});

test('a file of an older format is compared by what it has', () => {
  const added = { format: 2, auc: 0.9, heterogeneity: [1] };
  expect(json({ format: 1, auc: 0.9 }, added).differences).toEqual([]);
  expect(json({ format: 1, auc: 0.8 }, added).differences).toHaveLength(1);
  expect(json({ format: 2, auc: 0.9 }, added).differences).toHaveLength(1);
});

test('what was added to a format later is compared where it is there', () => {
  const of = (features_sha256?: string) => ({ modalities: [{ modality: 'A', features_sha256 }] });
  expect(json(of(), of('a')).differences).toEqual([]);
  expect(json(of('a'), of('b')).differences).toEqual(['modalities[A].features_sha256: a → b']);
  expect(json(of('a'), of()).differences).toHaveLength(1);
});

test('what an earlier version computed otherwise is not compared', () => {
  const of = (lower: number) => ({ curves: [{ roc: { lower: [lower] }, calibration: [{ lower }] }] });
  const findings = new Findings();
  compareJson(findings, 'x.json', of(0.4), of(0.5), /^curves\[\d+\]\.roc\.lower$/);
  expect(findings.differences.map(({ column }) => column)).toEqual(['curves[0].calibration[0].lower']);
  expect(
    tables('fpr,tpr,lower\n0,1,0.4\n', 'fpr,tpr,lower\n0,1,0.5\n', { otherwise: /^lower$/ }).differences,
  ).toEqual([]);
});

test('what an older format lacks anywhere below, or read besides, is not a difference; what it has is compared', () => {
  const input = (path: string, sha256: string) => ({ path, sha256 });
  const saved = {
    format: 1,
    inputs: [input('cohort.csv', 'a'), input('summary.json', 'b'), input('model.json', 'c')],
    rows: [{ ece: { value: 0.1 } }],
  };
  const now = {
    format: 2,
    inputs: [input('cohort.csv', 'a'), input('model.json', 'c')],
    rows: [{ ece: { value: 0.1, lower: 0, upper: 1 } }],
  };
  expect(json(saved, now).differences).toEqual([]);
  const changed = { ...now, inputs: [input('cohort.csv', 'a'), input('model.json', 'd')] };
  expect(json(saved, changed).differences).toEqual(['inputs[model.json].sha256: c → d']);
  expect(json({ ...saved, format: 2 }, now).differences).toEqual([
    'inputs: 3 entries → 2 entries',
    'rows[0].ece.lower: nothing → 0',
    'rows[0].ece.upper: nothing → 1',
  ]);
});

test('an entry that a list lacks does not make all after it different', () => {
  const saved = {
    models: [
      { name: 'A', auc: 0.5 },
      { name: 'P', auc: 0.6 },
      { name: 'fused', auc: 0.7 },
    ],
  };
  const now = {
    models: [
      { name: 'A', auc: 0.5 },
      { name: 'fused', auc: 0.8 },
    ],
  };
  expect(json(saved, now).differences).toEqual([
    'models: 3 entries → 2 entries',
    'models[fused].auc: 0.7 → 0.8',
  ]);
});

function tables(saved: string, now: string, options: Parameters<typeof compareTables>[4] = {}): Findings {
  const folder = tempDir();
  const paths = [join(folder, 'saved.csv'), join(folder, 'now.csv')] as const;
  writeFileSync(paths[0], saved);
  writeFileSync(paths[1], now);
  const findings = new Findings();
  compareTables(findings, 'x.csv', ...paths, options);
  return findings;
}

test('rows of tables are matched by what they are about, also under the older name of the patient', () => {
  const saved = 'patient,auc\nP1,0.5\nP2,0.6\n';
  const moved = tables(saved, 'patient_id,auc\nP2,0.6\nP1,0.5\n');
  expect(moved.differences).toEqual([]);
  expect(moved.remarks).toEqual(['x.csv: the same rows in another order']);
  expect(tables(saved, 'patient_id,auc\nP1,0.5\nP2,0.7\n').differences).toEqual([
    { file: 'x.csv', row: 'line 3 (patient_id P2)', column: 'auc', saved: '0.6', now: '0.7' },
  ]);
});

test('a cell that an older version left empty is not compared, one that it wrote is', () => {
  const [saved, now] = ['patient_id,auc,lower\nP1,0.5,\n', 'patient_id,auc,lower\nP1,0.5,0.4\n'];
  expect(tables(saved, now).differences).toHaveLength(1);
  expect(tables(saved, now, { isOlder: true }).differences).toEqual([]);
  expect(tables(now, saved, { isOlder: true }).differences).toHaveLength(1);
});

test('a row that is gone, one that is new, and another header are differences', () => {
  const changed = tables('patient_id,auc\nP1,0.5\n', 'patient_id,auc\nP2,0.5\n');
  expect(changed.differences.map(({ row, now }) => `${row}: ${now}`)).toEqual([
    'line 2 (patient_id P1): no such row',
    'no line (patient_id P2): the row is there',
  ]);
  expect(tables('patient_id,auc\n', 'patient_id,n\n').differences).toMatchObject([{ row: 'line 1' }]);
});

test('cells are numbers where both are, else text', () => {
  expect(compareCells('1.0', '1')).toBe('same');
  expect(compareCells('0.1', '0.10000000000000002')).toBe('rounding');
  expect(compareCells('0.1', '0.1001')).toBe('different');
  expect(compareCells('007', '7')).toBe('same');
  expect(compareCells('SY', 'sy')).toBe('different');
  expect(compareCells('', '0')).toBe('different');
});

test.each([
  [{ a: 1, b: 1 }, { a: 2, b: 1 }, '1 difference'],
  [{ a: 1, b: 1 }, { a: 2, b: 2 }, '2 differences'],
  [{ a: 0.9, b: 1 }, { a: 0.9 + 1e-13, b: 1 }, 'equal except for rounding in 1 number'],
])('a file that was compared is told with what was counted: %j, %j', (before, after, how) => {
  const [saved, now] = [join(tempDir(), 'x.json'), join(tempDir(), 'x.json')] as const;
  writeFileSync(saved, JSON.stringify(before));
  writeFileSync(now, JSON.stringify(after));
  const findings = new Findings();
  compareFiles(findings, { file: 'x.json', saved, now });
  expect(findings.compared).toEqual([`x.json: made again, ${how}`]);
});
