import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readOutOfFold, writeOutOfFold } from './cross-validation.ts';
import { type LogitsRecord, readLogitsRecord, writeLogitsRecord } from './logits-record.ts';
import { readLogits, writeLogits } from './logits-table.ts';

const logits = [
  { patient_id: '007', hospital: 'JM', label: 1, num_slices: 3, fold: 2, logits: [-0.25, 1e-17, 3] },
  { patient_id: 'é "x", y', hospital: '', label: 0, num_slices: 1, fold: 0, logits: [0.1, -2.5e9, 0] },
];

test('logits come back bit for bit, also of odd patients', () => {
  const path = join(tempDir(), 'logits_A.csv');
  writeLogits(path, logits, 3);
  expect(readLogits(path)).toEqual(logits);
});

test('a row of another number of classes is refused with its line', () => {
  const path = join(tempDir(), 'logits_A.csv');
  writeLogits(path, logits, 3);
  appendFileSync(path, '008,JM,1,2,1,0.5,0.5\n');
  expect(() => readLogits(path)).toThrow(/line 4/);
});

test('out-of-fold rows keep their patients and probabilities', () => {
  const path = join(tempDir(), 'out_of_fold.csv');
  const rows = [{ fold: 'SY', patient: '0012', hospital: 'SY', label: 1, probabilities: [0.3, 0.7] }];
  writeOutOfFold(path, rows, 2);
  expect(readFileSync(path, 'utf8')).toContain('fold,patient_id,hospital,label,probability_0,probability_1');
  expect(readOutOfFold(path)).toEqual(rows);
});

test('a record without patients of a model, or with names where hashes belong, is refused', () => {
  const path = join(tempDir(), 'logits_A.json');
  const hash = 'a'.repeat(64);
  const model = {
    ...{ fold: 1, run: 'run-fold1', checkpoint: 'best.pth', checkpoint_sha256: hash },
    ...{ trained_on: ['b'.repeat(32)], validated_on: [], held_out: ['c'.repeat(32)] },
  };
  const record: LogitsRecord = {
    ...{ format: 1, modality: 'A', model: 'resnet18', folds: 2, classes: 2, identity: hash },
    models: [model],
    tables: { train: hash, val: hash, test: hash },
    versions: { radweave: '0.1.0' },
  };
  writeLogitsRecord(path, record);
  expect(readLogitsRecord(path)).toEqual(record);
  for (const change of [{ held_out: undefined }, { held_out: ['patient 7'] }]) {
    writeFileSync(path, JSON.stringify({ ...record, models: [{ ...model, ...change }] }));
    expect(() => readLogitsRecord(path)).toThrow(/held_out/);
  }
});
