import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asWritten } from '@radweave/remarks';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { splitPath } from '../split.ts';
import { type CohortPatient, readCohort, splitHash, writeCohort } from './cohort.ts';
import { readExclusions, readRejected, writeExclusions, writeRejected } from './reports.ts';
import { parseSlicePath } from './slice-path.ts';
import { readSplit, writeSplit } from './split-file.ts';
import { readSplitSummary, writeSplitSummary } from './summary.ts';

const windowsPath = 'D:\\data\\raw\\Grade\\JM\\fold1\\grade0\\007\\A\\007_a_slice_001.png';

test.each([
  [windowsPath, 'JM', 0, '007', 'A'],
  ['D:/data\\JM/grade1\\p\\A/x.png', 'JM', 1, 'p', 'A'],
  ['JM\\grade1\\p\\A\\x.png', 'JM', 1, 'p', 'A'],
  ['/data/a, b/中心/grade12/患者 1/T1/x.png', '中心', 12, '患者 1', 'T1'],
  ['/data/HT/grade1/odd\\name/P/x.png', 'HT', 1, 'odd\\name', 'P'],
  ['\\\\server\\share\\HT\\grade1\\p\\P\\x.png', 'HT', 1, 'p', 'P'],
])('%s is read from either kind of slash', (path, hospital, grade, patient, modality) => {
  expect(parseSlicePath(path)).toMatchObject({ hospital, grade, patient, modality });
});

test('a path that does not end in the layout is not a slice', () => {
  expect(parseSlicePath('/data/JM/p/A/x.png')).toBeUndefined();
  expect(parseSlicePath('grade0/p/A/x.png')).toBeUndefined();
});

test('a split is written as two columns and read with patient and hospital', () => {
  const folder = tempDir();
  const image = join(folder, 'raw, 1', 'JM', 'grade1', '007', 'A', 's 1.png');
  const path = splitPath(join(folder, 'splits'), 'train', 'A');
  for (const relativeTo of [undefined, join(folder, 'splits')]) {
    writeSplit(path, [{ image_path: image, label: 1 }], { relativeTo });
    expect(readSplit(path)).toEqual([
      { path: image, label: 1, patient: '007', hospital: 'JM', modality: 'A', grade: 1 },
    ]);
  }
  expect(readFileSync(path, 'utf8')).toBe('image_path,label\n"../raw, 1/JM/grade1/007/A/s 1.png",1\n');
  writeSplit(path, []);
  expect(readSplit(path)).toEqual([]);
});

test('a row that lists a slice again is told of and counted once, however its path is spelt', () => {
  const folder = tempDir();
  const path = join(folder, 'train_A.csv');
  const rows = ['JM/grade0/7/A/1.png;0', './JM/grade0/7/A/1.png;0', 'JM/grade0/7/A/2.png;0'];
  writeFileSync(path, `;IMAGE_PATH;Label\n${rows.map((row, i) => `${i};${row}`).join('\n')}\n`);
  const again: string[] = [];
  const slices = readSplit(path, { onRepeated: (slice) => again.push(slice.path) });
  expect(slices.map((slice) => slice.path)).toEqual(
    ['1', '2'].map((n) => join(folder, `JM/grade0/7/A/${n}.png`)),
  );
  expect(again).toEqual([join(folder, 'JM/grade0/7/A/1.png')]);
});

test('moved data is found again below the new root, even when that is the hospital itself', () => {
  const folder = tempDir();
  const path = join(folder, 'train_A.csv');
  writeFileSync(path, `\ufeffimage_path,label\r\n${windowsPath},0\r\n`);
  const tail = ['fold1', 'grade0', '007', 'A', '007_a_slice_001.png'];
  const moved = join(folder, 'new');
  expect(readSplit(path, { rootDir: moved })[0]?.path).toBe(join(moved, 'JM', ...tail));
  mkdirSync(join(folder, 'JM'));
  expect(readSplit(path, { rootDir: join(folder, 'JM') })[0]?.path).toBe(join(folder, 'JM', ...tail));
  expect(readSplit(path)[0]?.path).toBe(windowsPath);
});

test('listed images that exist are taken, whatever root is given', () => {
  const folder = tempDir();
  const path = join(folder, 'train_A.csv');
  const place = (root: string, file: string): string =>
    join(folder, root, 'JM', 'grade0', '007', 'A', `${file}.png`);
  for (const root of ['old', 'new']) {
    mkdirSync(join(place(root, '1'), '..'), { recursive: true });
    for (const file of ['1', '2', '3']) writeFileSync(place(root, file), '');
  }
  writeSplit(
    path,
    ['1', '2', '3'].map((file) => ({ image_path: place('old', file), label: 0 })),
  );
  const paths = (): string[] => readSplit(path, { rootDir: join(folder, 'new') }).map((slice) => slice.path);
  expect(paths()).toEqual(['1', '2', '3'].map((file) => place('old', file)));
  rmSync(join(folder, 'old'), { recursive: true });
  expect(paths()).toEqual(['1', '2', '3'].map((file) => place('new', file)));
});

test('bad paths and patients with two labels, or in another hospital than cohort.csv says, are listed', () => {
  const folder = tempDir();
  const path = join(folder, 'train_A.csv');
  writeCohort(
    join(folder, 'cohort.csv'),
    ['p', 'q'].map((patient) => ({ patient, hospital: 'JM', label: 0, split: 'train', slices: {} })),
    ['A'],
  );
  const rows = [
    'JM/grade0/p/A/1.png,0',
    'JM/grade1/p/A/2.png,1',
    'x.png,0',
    'JM/grade0/q/A/1.png,0',
    'HT/grade0/q/A/1.png,0',
  ];
  writeFileSync(path, `image_path,label\n${rows.join('\n')}\n`);
  expect(() => readSplit(path)).toThrow(
    /3 errors[\s\S]*patient p has label 0 in JM and label 1 in JM[\s\S]*'x.png' does not end[\s\S]*patient q/,
  );
});

const cohort: CohortPatient[] = [
  { patient: '007', hospital: 'JM', label: 0, split: 'train', slices: { A: 3, P: 2 } },
  { patient: 'é,1', hospital: 'HT', label: 1, split: 'test', slices: { A: 1, P: 4 } },
];

test('cohort.csv keeps IDs, labels and slices per modality', () => {
  const path = join(tempDir(), 'cohort.csv');
  writeCohort(path, cohort, ['A', 'P']);
  expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('patient_id,hospital,label,split,slices_A,slices_P');
  expect(readCohort(path)).toEqual({ patients: cohort, modalities: ['A', 'P'] });
  writeFileSync(path, 'patient,hospital,label,split\n');
  expect(() => readCohort(path)).toThrow(/slices_\{modality\}/);
  // Older files call the column `patient`.
  writeFileSync(path, 'patient,hospital,label,split,slices_A\n007,JM,0,val,1\n');
  expect(readCohort(path).patients).toEqual([
    { patient: '007', hospital: 'JM', label: 0, split: 'val', slices: { A: 1 } },
  ]);
  writeFileSync(path, 'who,hospital,label,split,slices_A\n007,JM,0,val,1\n');
  expect(() => readCohort(path)).toThrow(
    'the columns must be patient_id,hospital,label,split,slices_A, found who,hospital,label,split,slices_A',
  );
  writeFileSync(path, 'patient_id,hospital,label,split,slices_A\np,JM,0,holdout,1\n');
  expect(() => readCohort(path)).toThrow(/split is 'holdout', expected train or val or test/);
});

test.each([
  ['columns', 'image_path,label,patient_id,hospital', (id: string, i: number) => `/x/${i}.png,0,${id},${id}`],
  ['paths', 'image_path,label', (id: string, i: number) => `raw/${id}/grade0/${id}/A/${i}.png,0`],
])('a patient whom %s write in two Unicode forms is one', (_, header, row) => {
  const path = join(tempDir(), 'train_A.csv');
  const name = 'Jos\u00e9';
  writeFileSync(path, `${[header, row(name, 1), row(name.normalize('NFD'), 2)].join('\n')}\n`);
  const slices = readSplit(path);
  expect(slices.map(({ patient, hospital }) => [patient, hospital])).toEqual([
    [name, name],
    [name, name],
  ]);
});

referenceTest(
  'the split hash is SHA-256 over the sorted patients, whatever their order or Unicode form',
  [],
  () => {
    const source = `
import hashlib, json, sys, unicodedata
n = lambda s: unicodedata.normalize('NFC', s)
rows = [[n(c['patient']), n(c['hospital']), c['label'], c['split']] for c in json.load(sys.stdin)]
lines = sorted(json.dumps(r, ensure_ascii=False, separators=(',', ':')) for r in rows)
print(json.dumps(hashlib.sha256('\\n'.join(lines).encode()).hexdigest()))`;
    const hash = splitHash(cohort);
    expect(pythonJson(source, { input: JSON.stringify(cohort) })).toBe(hash);
    const decomposed = [...cohort]
      .reverse()
      .map((one) => ({ ...one, patient: one.patient.normalize('NFD') }));
    expect(splitHash(decomposed)).toBe(hash);
    expect(splitHash(cohort.map((one) => ({ ...one, split: 'val' as const })))).not.toBe(hash);
  },
);

test('exclusions, rejected images and the summary come back as written', () => {
  const folder = tempDir();
  const exclusion = { patient: '007', hospital: 'JM', reason: 'missing_modality', detail: asWritten('P') };
  writeExclusions(join(folder, 'exclusions.csv'), [exclusion]);
  expect(readExclusions(join(folder, 'exclusions.csv'))).toEqual([exclusion]);
  const rejected = {
    image_path: '/a, b.png',
    patient: '7',
    hospital: 'JM',
    modality: 'A',
    reason: 'truncated',
  };
  writeRejected(join(folder, 'rejected.csv'), [rejected]);
  expect(readRejected(join(folder, 'rejected.csv'))).toEqual([rejected]);
  const summary = {
    format: 1 as const,
    counts: [{ hospital: 'JM', label: 0, split: 'train' as const, patients: 1, slices: { A: 3 } }],
    modalities: ['A'],
    home_hospital: 'JM',
    train_ratio: 0.7,
    seed: 42,
    split_hash: splitHash(cohort),
    excluded: { missing_modality: 1 },
    files: {},
    versions: { radweave: '0.1.0' },
  };
  const path = join(folder, 'summary.json');
  writeSplitSummary(path, summary);
  expect(readSplitSummary(path)).toEqual(summary);
  writeFileSync(path, JSON.stringify({ ...summary, seed: 'x', split_hash: 'zz' }));
  expect(() => readSplitSummary(path)).toThrow(/seed[\s\S]*split_hash: expected 64 hexadecimal digits/);
  writeFileSync(path, '{');
  expect(() => readSplitSummary(path)).toThrow(/not valid JSON/);
});
