import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import {
  appendHistory,
  HISTORY_METRICS,
  type HistoryMetric,
  type HistoryRow,
  readHistory,
  truncateHistory,
} from './history.ts';
import { type MetricsRow, readMetrics, writeMetrics } from './metrics.ts';

function epochRow(epoch: number): HistoryRow {
  const metrics = Object.fromEntries(HISTORY_METRICS.map((name, i) => [name, (epoch + i) / 7])) as Record<
    HistoryMetric,
    number | null
  >;
  return { epoch, learning_rate: 1e-7, ...metrics, val_auc: null, note: 'val_auc: one class only' };
}

test('epochs are added one by one and cut back to a checkpoint, byte for byte', () => {
  const path = join(tempDir(), 'training_history.csv');
  truncateHistory(path, 3);
  expect(existsSync(path)).toBe(false);
  for (const epoch of [1, 2]) appendHistory(path, epochRow(epoch));
  const two = readFileSync(path);
  appendHistory(path, epochRow(3));
  expect(readHistory(path)).toEqual([1, 2, 3].map(epochRow));
  truncateHistory(path, 2);
  expect(readFileSync(path).equals(two)).toBe(true);
  truncateHistory(path, 9);
  // Two processes that train one run leave a history that either can be resumed from.
  for (const epoch of [3, 4, 3]) appendHistory(path, epochRow(epoch));
  expect(readHistory(path).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(() => appendHistory(path, epochRow(5))).toThrow(/another process has resumed this run/);
  expect(readHistory(path)).toHaveLength(3);
  truncateHistory(path, 2);
  expect(readFileSync(path).equals(two)).toBe(true);
  // Of two that trained it at once: what stands after the checkpoint, in whatever order, is made again.
  appendHistory(path, epochRow(3));
  writeFileSync(path, readFileSync(path, 'utf8').replace('\n3,', '\n7,'));
  expect(() => readHistory(path)).toThrow('epoch 7 is where epoch 3 belongs');
  truncateHistory(path, 2);
  expect(readFileSync(path).equals(two)).toBe(true);
});

test('a history with a gap is refused, and NaN is never written', () => {
  const path = join(tempDir(), 'training_history.csv');
  appendHistory(path, epochRow(1));
  const lines = readFileSync(path, 'utf8');
  writeFileSync(path, lines.replace('\n1,', '\n2,'));
  expect(() => readHistory(path)).toThrow(/epoch 2 is where epoch 1 belongs/);
  const bad = { ...epochRow(1), val_auc: Number.NaN };
  expect(() => appendHistory(join(tempDir(), 'h.csv'), bad)).toThrow(/undefined value is null/);
});

referenceTest('pandas reads the history with the documented columns', ['pandas'], () => {
  const path = join(tempDir(), 'training_history.csv');
  appendHistory(path, epochRow(1));
  const source = `
import pandas as pd, json, sys
d = pd.read_csv(sys.argv[1], float_precision='round_trip')
print(json.dumps([list(d.columns), d['learning_rate'][0], bool(d['val_auc'].isna()[0]), d['train_loss'][0]]))`;
  const [columns, rate, empty, loss] = pythonJson<[string[], number, boolean, number]>(source, {
    args: [path],
  });
  const sets = ['train', 'val'].flatMap((set) => ['', 'patient_'].map((level) => `${set}_${level}`));
  const metrics = sets.flatMap((set) =>
    ['loss', 'auc', 'accuracy', 'sensitivity', 'specificity'].map((metric) => `${set}${metric}`),
  );
  expect(columns).toEqual(['epoch', 'learning_rate', ...metrics, 'note']);
  expect([rate, empty, loss]).toEqual([1e-7, true, 1 / 7]);
});

test('metrics come back with their empty cells', () => {
  const path = join(tempDir(), 'test_metrics.csv');
  const base: MetricsRow = {
    hospital: 'all',
    level: 'patient',
    n_slices: 200,
    n_patients: 45,
    auc: 0.91,
    accuracy: 0.8,
    sensitivity: 0.75,
    specificity: 0.9,
    threshold: 0.5,
    note: '',
  };
  const rows = [base, { ...base, hospital: 'CS', auc: null, note: 'AUC: one class only, n/a' }];
  writeMetrics(path, rows);
  expect(readMetrics(path)).toEqual(rows);
});
