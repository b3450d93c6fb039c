import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
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
    'label_names: 1 entries → 2 entries',
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

function tables(saved: string, now: string): Findings {
  const folder = tempDir();
  const paths = [join(folder, 'saved.csv'), join(folder, 'now.csv')] as const;
  writeFileSync(paths[0], saved);
  writeFileSync(paths[1], now);
  const findings = new Findings();
  compareTables(findings, 'x.csv', ...paths);
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
