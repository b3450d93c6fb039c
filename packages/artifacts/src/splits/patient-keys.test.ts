import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { folderName } from '../names.ts';
import { splitPath } from '../split.ts';
import { writeCohort } from './cohort.ts';
import { idOf, PatientKeys, type Person, readPatientKeys } from './patient-keys.ts';
import { readSplit, writeSplit } from './split-file.ts';

function people(...places: string[]): Person[] {
  return places.map((place) => {
    const [hospital = '', id = ''] = place.split('/');
    return { hospital, id };
  });
}

function keysOf(all: readonly Person[]): string[] {
  const keys = PatientKeys.of(all);
  return all.map((one) => keys.keyOf(one));
}

test('an ID of one hospital is its own key; one that several have is followed by the hospital', () => {
  expect(keysOf(people('JM/007', 'SY/008', '华西/患者 1'))).toEqual(['007', '008', '患者 1']);
  expect(keysOf(people('JM/1', 'SY/1', 'SY/2', '华西/1'))).toEqual(['1@JM', '1@SY', '2', '1@华西']);
  expect(keysOf(people('JM/1', 'SY/001'))).toEqual(['1', '001']);
  // They would be one file on Windows and macOS.
  expect(keysOf(people('JM/p1', 'SY/P1'))).toEqual(['p1@JM', 'P1@SY']);
  expect(keysOf(people('JM/é', 'SY/e\u0301'))).toEqual(['é@JM', 'é@SY']);
});

test.each([
  [['A_1/2', 'A/1_2', 'B/2', 'B/1_2']],
  [['JM/1', 'SY/1', 'HT/1@JM', 'CS/1@jm']],
  [['JM/1', 'SY/1', 'SY/1@JM', 'X/1@JM', 'X/1%40JM@SY']],
  [['B@C/A', 'C/A@B', 'X/A', 'X/A@B']],
  [['JM/1@JM', 'JM/1', 'JM/1%40JM@JM', 'JM/%', 'SY/%', 'SY/@', 'JM/@']],
])('%j: no two people share a key, and each leads back to its ID', (places) => {
  const all = people(...places);
  const keys = keysOf(all);
  expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(all.length);
  expect(keys.map((patient, i) => idOf({ patient, hospital: all[i]?.hospital ?? '' }))).toEqual(
    all.map(({ id }) => id),
  );
  for (const key of keys) expect(folderName('patient', key)).toBe(key);
  const known = PatientKeys.from(all.map(({ hospital }, i) => ({ patient: keys[i] ?? '', hospital })));
  expect(all.map((one) => known.keyOf(one))).toEqual(keys);
});

test('keys come from cohort.csv, else from all split files of the folder, whichever of them is read', () => {
  const folder = tempDir();
  const write = (split: 'train' | 'val' | 'test', modality: string, hospital: string): void =>
    writeSplit(splitPath(folder, split, modality), [
      { image_path: `/raw/${hospital}/grade1/1/${modality}/1.png`, label: 1 },
    ]);
  const read = (name: string): string[] => readSplit(join(folder, name)).map(({ patient }) => patient);
  write('train', 'A', 'JM');
  expect(read('train_A.csv')).toEqual(['1']);
  write('test', 'P', 'SY');
  expect(read('train_A.csv')).toEqual(['1@JM']);
  expect(readPatientKeys(folder).keyOf({ hospital: 'SY', id: '1' })).toBe('1@SY');
  const of = (patient: string, hospital: string) =>
    ({ patient, hospital, label: 1, split: 'train', slices: {} }) as const;
  writeCohort(join(folder, 'cohort.csv'), [of('1', 'JM')], ['A']);
  expect(read('train_A.csv')).toEqual(['1']);
  writeCohort(join(folder, 'cohort.csv'), [of('1@JM', 'JM'), of('1@ZS', 'ZS')], ['A']);
  expect(read('train_A.csv')).toEqual(['1@JM']);
});
