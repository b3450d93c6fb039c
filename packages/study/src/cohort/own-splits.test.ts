import { join } from 'node:path';
import { splitPath, writeSplit } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { cohortConfig } from '../testing/cohort.ts';
import { type PlacedSlice, patientsOf, readOwnCohort } from './own-splits.ts';

function slice(patient: string, more: Partial<PlacedSlice> = {}): PlacedSlice {
  return { patient, hospital: 'JM', label: 0, split: 'train', modality: 'A', file: 'train_A.csv', ...more };
}

test('slices are counted by patient and modality, whatever the Unicode form of a name', () => {
  const composed = 'é'.normalize('NFC');
  const { patients, conflict } = patientsOf([
    slice(composed),
    slice(composed.normalize('NFD')),
    slice(composed, { modality: 'P' }),
    slice('b', { hospital: 'SY', label: 1, split: 'test' }),
  ]);
  expect(conflict).toBeNull();
  expect(patients).toEqual([
    { patient: composed, hospital: 'JM', label: 0, split: 'train', slices: { A: 2, P: 1 } },
    { patient: 'b', hospital: 'SY', label: 1, split: 'test', slices: { A: 1 } },
  ]);
});

test.each([
  ['another set', { split: 'test' as const }, 'test, JM, label 0'],
  ['another hospital', { hospital: 'SY' }, 'train, SY, label 0'],
  ['another label', { label: 1 }, 'train, JM, label 1'],
])('a patient in %s is a contradiction that names the file', (_, other, told) => {
  const { conflict } = patientsOf([slice('7'), slice('7', { ...other, file: 'other.csv' })]);
  expect(conflict?.message).toContain(`patient 7 is ${told} here, but train, JM, label 0 elsewhere`);
  expect(conflict?.message).toContain('other.csv');
});

test.each([
  ['two names', 0, 'benign', "label 0 is 'benign' here, but label 0 is 'malignant' elsewhere"],
  [
    'the name of another',
    1,
    'malignant',
    "label 1 is 'malignant' here, but label 0 is 'malignant' elsewhere",
  ],
])('a label with %s in another split file is refused', (_, label, labelName, message) => {
  const { data } = cohortConfig(tempDir());
  const write = (split: 'train' | 'test', patient: string, label: number, labelName: string): void =>
    writeSplit(splitPath(data.splits_dir, split, 'A'), [
      { image_path: `/x/${patient}.png`, label, labelName, patient, hospital: 'JM' },
    ]);
  write('train', '1', 0, 'malignant');
  write('test', '2', 0, 'malignant');
  expect(readOwnCohort(data, ['A'])?.patients).toHaveLength(2);
  write('test', '2', label, labelName);
  expect(() => readOwnCohort(data, ['A'])).toThrow(message);
});

test('hospitals of training and validation are home; without split files there is no cohort', () => {
  const { data } = cohortConfig(tempDir());
  expect(readOwnCohort(data, ['A'])).toBeNull();
  const write = (split: 'train' | 'val' | 'test', hospital: string, patient: string): void =>
    writeSplit(splitPath(data.splits_dir, split, 'A'), [
      { image_path: join('raw', hospital, 'grade1', patient, 'A', '1.png'), label: 1 },
    ]);
  write('train', 'ZS', '1');
  write('val', 'JM', '2');
  const own = readOwnCohort(data, ['A', 'P']);
  expect(own?.homeHospital).toBe('JM, ZS');
  expect(own?.files).toEqual(['train', 'val'].map((split) => join(data.splits_dir, `${split}_A.csv`)));
  write('test', 'SY', '1');
  const patients = readOwnCohort(data, ['A'])?.patients.map(({ patient }) => patient);
  expect(patients).toEqual(['1@ZS', '2', '1@SY']);
  write('test', 'JM', '2');
  expect(() => readOwnCohort(data, ['A'])).toThrow(/patient 2 is test, JM.*radweave audit/);
});
