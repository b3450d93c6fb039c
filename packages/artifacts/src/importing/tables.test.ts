import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { isIdentity } from './carried-columns.ts';
import { type ListedCohort, readListed, writePatientsTable } from './tables.ts';

const NOBODY = { hospital: null, label: null };

function listed(
  text: string,
  { named = [], ofPatients = false, forAll = NOBODY }: Partial<Parameters<typeof given>[0]> = {},
): Partial<ListedCohort> {
  const path = join(tempDir(), 'table.csv');
  writeFileSync(path, text);
  return given({ path, named, ofPatients, forAll });
}

const given = (all: {
  path: string;
  named: string[];
  ofPatients: boolean;
  forAll: { hospital: string | null; label: string | null };
}): Partial<ListedCohort> => {
  const {
    told: _told,
    hospitals: _hospitals,
    labels: _labels,
    columns: _columns,
    hidden: _hidden,
    ...who
  } = readListed(all.path, all.named, all.ofPatients, all.forAll);
  return who;
};

test('columns are those of preprocess, in any letter case, and a pseudonym', () => {
  const row = { patient: '007', hospital: 'JM', label: 'benign' };
  expect(listed('Case ID;Centre;GRADE;Pseudonym\n007;JM;benign;a\n8;JM;１.0;\n9;JM;0,0;')).toEqual({
    patients: [
      { ...row, pseudonym: 'a' },
      { patient: '8', hospital: 'JM', label: '1' },
      { patient: '9', hospital: 'JM', label: '0' },
    ],
  });
  expect(listed('患者编号,姓名,医院,类别\n007,张三,JM,benign')).toEqual({ patients: [row] });
  expect(
    listed('No,Where,Diagnosis\n007,JM,benign', {
      named: ['patient=No', 'hospital=Where', 'label=Diagnosis'],
    }),
  ).toEqual({
    patients: [row],
  });
});

test('rows of one patient may spell their class in several ways', () => {
  expect(listed('id,hospital,label\n1,JM,Benign\n1,JM,ＢＥＮＩＧＮ\n2,JM,benign')).toEqual({
    patients: ['Benign', 'benign'].map((label, i) => ({ patient: String(i + 1), hospital: 'JM', label })),
  });
});

test.each([
  [['0', '１', 'NA'], /label is 'NA', which is no class \(.*line 4\)/],
  [['benign', '未知', 'malignant'], /label is '未知', which is no class \(.*line 3\)/],
  [['1.0', '2', '-'], /label is '-', .*line 4/],
  [['+', '-', '+'], null],
])('labels %j: words for a missing value are no class, but - beside + is', (labels, fault) => {
  const table = ['id,hospital,label', ...labels.map((label, i) => `${i},JM,${label}`)].join('\n');
  if (fault !== null) expect(() => listed(table)).toThrow(fault);
  else expect(listed(table)).toMatchObject({ patients: labels.map((label) => ({ label })) });
});

test('what the table does not say holds for all, and a hospital chooses its rows', () => {
  expect(listed('id\n1', { forAll: { hospital: 'JM', label: '0' } })).toEqual({
    patients: [{ patient: '1', hospital: 'JM', label: '0' }],
  });
  const rows = 'id,hospital,label\n1,JM,0\n1,SY,1';
  expect(listed(rows, { forAll: { hospital: 'SY', label: null } })).toEqual({
    patients: [{ patient: '1', hospital: 'SY', label: '1' }],
  });
  const path = join(tempDir(), 'table.csv');
  writeFileSync(path, `${rows}\n2,SY,1`);
  expect(readListed(path, [], true, { hospital: 'JM', label: null }).hospitals).toEqual(
    new Map([
      ['JM', new Set(['1'])],
      ['SY', new Set(['1', '2'])],
    ]),
  );
  const both = { forAll: { hospital: null, label: '1' } };
  expect(() => listed(rows, both)).toThrow(expect.objectContaining({ code: 'E_FLAGS', exitCode: 2 }));
});

test('a table with files lists files, but not of those that say themselves whose they are', () => {
  const text = 'patient_id,hospital,label,modality,File\n1,JM,0,A,.\\a\\b.png';
  const row = { patient: '1', hospital: 'JM', label: '0' };
  expect(listed(text)).toEqual({ files: [{ ...row, modality: 'A', file: 'a/b.png' }] });
  expect(listed(text, { ofPatients: true })).toEqual({ patients: [row] });
  expect(listed('id,hospital,label,folder\n1,JM,0,x')).toEqual({ patients: [row] });
});

test.each([
  ['id,hospital\n1,JM', 'E_CSV_COLUMNS', 'no column gives the label; found id,hospital'],
  ['id,hospital,label,file\n1,JM,0,x', 'E_CSV_COLUMNS', 'no column gives the modality'],
  ['id,hospital,label\n1,JM,0\n2,,\n', 'E_CSV_CELL', 'hospital is empty'],
  ['Patients of 2023,,\nid,hospital,label\n1,JM,0', 'E_CSV_COLUMNS', 'a row is of; found Patients of 2023'],
  ['', 'E_CSV_COLUMNS', 'a row is of; found none'],
  [
    'Patient,Clinic,\nid,hospital,label\n1,JM,0',
    'E_CSV_COLUMNS',
    'must stand in the first line, with no line above',
  ],
  ['id,hospital,label,modality,file\n1,JM,0,A,x\n2,JM,0,A,x', 'E_IMPORT', 'the file x twice'],
])('refused: %j', (text, code, message) => {
  expect(() => listed(text)).toThrow(
    expect.objectContaining({ code, exitCode: 3, message: expect.stringContaining(message) }),
  );
});

test('visits are rows of one patient; what says who somebody is stays behind, by its name or by the IDs in it', () => {
  const path = join(tempDir(), 'table.csv');
  const header =
    'PatientID,Name,出生日期,Hospital,Grade,Scan,Time,Event,Age at diagnosis,Set,label,Folder,MRN,Notes,Pseudonym,,';
  const rows = [
    'HN-77,Li,1950,HN,1,first,12.5,1,66,train,x,/data/HN-77,9,seen,a,,',
    'HN-77,Li,1950,HN,１,second,14,1,67,train,x,/data/HN-77,9,again,a,x,',
    'HN-78,Wu,1951,HN,0,first,,0,70,val,y,/data/HN-78,8,as HN-78 was,b,,',
  ];
  writeFileSync(path, [header, ...rows].join('\n'));
  const { patients, told, columns } = readListed(
    path,
    ['visit=Scan', 'label=Grade'],
    true,
    NOBODY,
  ) as Extract<ListedCohort, { patients: unknown }>;
  expect(patients.map(({ patient }) => patient)).toEqual(['HN-77', 'HN-78']);
  expect(columns).toMatchObject({ keptBack: ['Name', '出生日期', 'MRN', 'Notes'], nameless: 1 });
  const cells = { visit: 'second', Time: '14', Event: '1', 'Age at diagnosis': '67', split: 'train' };
  expect(told[1]).toEqual({
    patient: 'HN-77',
    hospital: 'HN',
    cells: { ...cells, 'label of the table': 'x' },
  });
});

test.each([
  [
    true,
    ['Tel', 'Handy', 'Kontakt', 'Geb.', 'GebDat', 'PLZ', 'Straße', 'Pat.-Nr.', 'Nr', 'Aufnahmenr', 'Surgeon'],
  ],
  [true, ['家属', '受检者', '微信', '主管医生', '联系电话', 'MRN', 'Date of birth']],
  [
    false,
    [
      'Age',
      'Gender',
      'Gestation',
      'Contrast',
      'Number of lesions',
      'Telangiectasia',
      'birthweight',
      '年龄',
      '肿瘤单位',
    ],
  ],
])('columns that say who somebody is: %s of %j', (is, names) => {
  expect(names.filter((name) => isIdentity(name) !== is)).toEqual([]);
});

test.each([
  [
    'of hospitals that write them in other ways are one',
    [{ age: '61' }, { Age: '58', 'Tumor size': '3' }],
    'age,Tumor size',
    ['61,', '58,3'],
  ],
  [
    'that one table has side by side are two',
    [{ age: '61', Age: '6' }, { Age: '58' }],
    'age,Age',
    ['61,6', ',58'],
  ],
])('columns %s', (_, rows, header, cells) => {
  const path = join(tempDir(), 'cohort_table.csv');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const people = rows.map((row, i) => ({ ...row, patient_id: `P${i}`, hospital: 'JM', label: '0' }));
  writePatientsTable(path, columns, people);
  const lines = [`patient_id,hospital,label,${header}`, ...cells.map((one, i) => `P${i},JM,0,${one}`)];
  expect(readFileSync(path, 'utf8').trim().split(/\r?\n/)).toEqual(lines);
});
