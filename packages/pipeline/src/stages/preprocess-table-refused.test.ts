// A table that does not agree with the folders, or with itself.

import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readExclusions, readTableIssues } from '@radweave/artifacts';
import { listening, slicePixels, writeSlice } from '@radweave/study/testing/cohort';
import { expect, test } from 'vitest';
import { preprocess } from './preprocess.ts';
import { cohortOf, EVERYBODY, study } from './preprocess-table.test.data.ts';

test('whatever does not agree is in one error and one file, before anything else is written', async () => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => [id, hospital, String(label)]);
  const change = (id: string, at: number, value: string): void => {
    for (const row of rows) if (row[0] === id) row[at] = value;
  };
  change('JM01', 2, '1');
  change('JM02', 2, '');
  change('SY11', 1, 'JM');
  const lines = rows.filter(([id]) => id !== 'JM10').map((row) => row.join(','));
  const { config, raw } = study(
    ['grade0', 'grade1'],
    ['patient,hospital,label', ...lines, 'X9,SY,0,', '7,SY,0,,', 'JM11,JM,0', 'X8,SY,0,,x'],
  );
  mkdirSync(join(raw, 'SY/grade0'), { recursive: true });
  renameSync(join(raw, 'SY/grade0/SY00'), join(raw, 'SY/grade0/007'));
  const { splits_dir } = config.data;
  const file = join(splits_dir, 'table_issues.csv');
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    expect.objectContaining({
      code: 'E_TABLE',
      exitCode: 3,
      where: file,
      message: expect.stringMatching(/[:;] 1 row, line \d+: 5 fields/),
      hint: expect.stringContaining('--exclude_conflicts'),
    }),
  );
  expect(existsSync(join(splits_dir, 'cohort.csv'))).toBe(false);
  const found = readTableIssues(file).map(({ patient_id, problem }) => `${patient_id}: ${problem.text}`);
  expect(found.sort()).toEqual([
    '7: called 7 in the table, but 007 in the folders',
    ': 5 fields, where the first line has 3',
    'JM01: label 1 in the table, but in the folder grade0',
    'JM02: the cell label is empty',
    'JM10: in the folders only',
    'JM11: in two rows that differ, without a visit that tells them apart',
    'JM11: label is 1 and 0 in rows of one patient',
    'SY00: in the table only',
    'SY11: of JM in the table, but in the folder of SY',
    'X9: in the table only',
  ]);
  config.preprocess.exclude_conflicts = true;
  config.data.home_hospital = 'JM';
  config.data.train_ratio = 0.5;
  await expect(preprocess({ config }, listening())).rejects.toThrow(/cannot be divided/);
  const more = ['JM20', 'JM21'].map((id) => ({ id, place: `JM/grade0/${id}` }));
  const ones = ['JM30', 'JM31'].map((id) => ({ id, place: `JM/grade1/${id}` }));
  for (const { place } of [...more, ...ones]) {
    for (const modality of ['A', 'P'])
      writeSlice(raw, `${place}/${modality}/1.png`, slicePixels(`${place}${modality}`, 0));
  }
  const added = [...more.map(({ id }) => `${id},JM,0`), ...ones.map(({ id }) => `${id},JM,1`)];
  writeFileSync(
    config.data.table ?? '',
    ['patient,hospital,label', ...lines, 'X9,SY,0', '7,SY,0', 'JM11,JM,0', ...added].join('\n'),
  );
  await preprocess({ config }, listening());
  const left = readExclusions(join(splits_dir, 'exclusions.csv')).filter(({ reason }) => reason === 'table');
  expect(left.map(({ patient }) => patient).sort()).toEqual([
    '7',
    'JM01',
    'JM02',
    'JM10',
    'JM11',
    'SY00',
    'SY11',
    'X9',
  ]);
  expect(cohortOf(config).map(({ patient }) => patient)).not.toContain('JM11');
});

test('a row of too few or too many fields is told once, with its line and its patient', async () => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => `Li,${id},${hospital},${label}`);
  const at = (id: string): number => rows.findIndex((row) => row.includes(`,${id},`));
  const [short, long] = [at('JM02'), at('SY10')];
  rows[short] = 'Li,JM02,JM';
  rows[long] = 'Li, Ming,SY10,SY,1';
  const { config } = study(['grade0', 'grade1'], ['name,patient,hospital,label', ...rows, 'Total,JM']);
  const file = join(config.data.splits_dir, 'table_issues.csv');
  const told = await preprocess({ config }, listening()).then(String, String);
  expect(told).toMatch(/do not agree: 3 rows such as line \d+: 2 fields, where the first line has 4 \(/);
  expect(told).not.toContain('in the folders only');
  expect(readTableIssues(file).map(({ problem, ...one }) => [one, problem.text])).toEqual([
    [
      { patient_id: '', hospital: '', lines: String(rows.length + 2) },
      '2 fields, where the first line has 4',
    ],
    [
      { patient_id: 'JM02', hospital: 'JM', lines: String(short + 2) },
      '3 fields, where the first line has 4',
    ],
    [{ patient_id: 'SY10', hospital: 'SY', lines: String(long + 2) }, '5 fields, where the first line has 4'],
  ]);
  config.preprocess.exclude_conflicts = true;
  await preprocess({ config }, listening());
  const left = readExclusions(join(config.data.splits_dir, 'exclusions.csv'));
  expect(left.map(({ patient, hospital, detail }) => `${patient} of ${hospital}: ${detail.text}`)).toEqual([
    'JM02 of JM: 3 fields, where the first line has 4',
    'SY10 of SY: 5 fields, where the first line has 4',
  ]);
});

test('a table with nothing but a header is refused for that', async () => {
  const { config } = study(['grade0', 'grade1'], ['patient,hospital,label']);
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_CSV_ROW',
    exitCode: 3,
    message: expect.stringContaining('the table names its columns and has no row of a patient'),
  });
});

test('the error counts people and rows that name nobody, however much each has wrong', async () => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => `${id},${hospital},${label},test`);
  const { config, raw } = study(
    ['grade0', 'grade1'],
    [
      'patient,hospital,label,split',
      ...rows,
      'JM00,JM,1,val',
      'Total,,,',
      ',JM,,',
      ',,0,test',
      '003,,0,test',
      '003,SY,0,test',
    ],
  );
  for (const hospital of ['JM', 'SY'])
    for (const modality of ['A', 'P'])
      writeSlice(raw, `${hospital}/grade0/003/${modality}/1.png`, slicePixels(`${hospital}${modality}`, 0));
  const message = await preprocess({ config }, listening()).then(String, String);
  expect(message).toContain('2 patients such as 003: the cell hospital is empty;');
  expect(message).toContain('1 patient, Total: in the table only');
  expect(message).toContain(
    '1 patient, JM00 of JM: label is 0 and 1 in rows of one patient, split is test and val in',
  );
  expect(message).toMatch(
    /2 nameless rows such as line \d+ of JM: the cell patient is empty, the cell label is empty/,
  );
  expect(message).toContain('1 patient, 003: in several hospitals');
});

test('a column that is not there, and a table without patients, are told with the columns that are', async () => {
  const { config } = study([], ['name,label', 'a,0']);
  await expect(preprocess({ config }, listening())).rejects.toThrow(/found name,label .*patient=NAME/);
  config.data.table_columns = ['patient=Name'];
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    /'patient=Name' names no column .*Did you mean 'name'/,
  );
});

test('columns that are named without a table are refused', async () => {
  const { config } = study([], ['patient']);
  config.data.table = null;
  config.data.table_columns = ['label=Diagnosis'];
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_FLAGS',
    message: expect.stringContaining('Give --table too'),
  });
});
