import { join } from 'node:path';
import { type CohortPatient, writeCohort, writeSplit } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readCohort } from './read-cohort.ts';

const image = (hospital: string, patient: string): string => `/raw/${hospital}/grade1/${patient}/A/1.png`;

test('without preprocess the split files say who is where, and training and validation are home', () => {
  const splits_dir = tempDir();
  const data = { splits_dir, root_dir: null };
  expect(readCohort(data, ['A'])).toBeNull();
  const rows = (hospital: string, patient: string): { image_path: string; label: number }[] => [
    { image_path: image(hospital, patient), label: 1 },
  ];
  writeSplit(join(splits_dir, 'train_A.csv'), rows('JM', '1'));
  writeSplit(join(splits_dir, 'test_A.csv'), rows('SY', '2'));
  expect(readCohort(data, ['A'])).toMatchObject({
    patients: [
      { patient: '1', hospital: 'JM', split: 'train' },
      { patient: '2', hospital: 'SY', split: 'test' },
    ],
    summary: null,
    homeHospital: 'JM',
    source: 'the split files',
  });
  expect(readCohort(data, ['A'])?.files).toHaveLength(2);
});

test('a cohort.csv without its summary is a division that was not finished', () => {
  const splits_dir = tempDir();
  const patients: CohortPatient[] = [
    { patient: '1', hospital: 'JM', label: 1, split: 'train', slices: { A: 1 } },
  ];
  writeCohort(join(splits_dir, 'cohort.csv'), patients, ['A']);
  expect(() => readCohort({ splits_dir, root_dir: null }, ['A'])).toThrow(/unfinished/);
});
