import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  readCohort,
  readExclusions,
  readSplit,
  readTableIssues,
  splitPath,
} from '@radweave/artifacts';
import {
  cohortConfig,
  listening,
  slicePixels,
  writeCohortOf,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { preprocess } from './preprocess.ts';

const HOSPITALS = { JM: [3, 3], SY: [1, 2] };
const EVERYBODY = Object.entries(HOSPITALS).flatMap(([hospital, counts]) =>
  counts.flatMap((n, label) =>
    Array.from({ length: n }, (_, p) => ({ id: `${hospital}${label}${p}`, hospital, label })),
  ),
);

/** A cohort with a table of these lines, below a header. */
function study(classes: readonly string[], lines: readonly string[]): { config: Config; raw: string } {
  const folder = tempDir();
  const config = cohortConfig(folder);
  const raw = config.data.root_dir ?? '';
  writeCohortOf(raw, HOSPITALS, classes, ['A', 'P']);
  config.data.table = join(folder, 'table.csv');
  writeFileSync(config.data.table, `${lines.join('\n')}\n`);
  return { config, raw };
}

const cohortOf = ({ data }: Config): Record<string, unknown>[] =>
  readCohort(join(data.splits_dir, 'cohort.csv')).patients.map((one) => ({ ...one }));

test('a table beside folders of classes adds names and carries its other columns along, untouched', async () => {
  const lines = EVERYBODY.map(
    ({ id, hospital, label }, i) => `${i},${['benign', 'malignant'][label]},${id},${hospital},0${i}`,
  );
  const { config } = study(['grade0', 'grade1'], [',Class,Patient ID,centre,age', ...lines]);
  await preprocess({ config }, listening());
  const patients = cohortOf(config);
  expect(patients).toHaveLength(EVERYBODY.length);
  for (const one of patients) expect(one.label_name).toBe(one.label === 0 ? 'benign' : 'malignant');
  const clinical = readFileSync(join(config.data.splits_dir, 'clinical.csv'), 'utf8').split('\n');
  expect(clinical[0]).toBe('patient_id,hospital,split,Class,age');
  expect(clinical).toContain('SY00,SY,test,benign,06');
  // Numbers as pandas writes them where one is missing name no class.
  const numbers = EVERYBODY.map(({ id, hospital, label }, i) => `${i},${label}.0,${id},${hospital},0${i}`);
  writeFileSync(config.data.table ?? '', `${[',Class,Patient ID,centre,age', ...numbers].join('\n')}\n`);
  await preprocess({ config }, listening());
  expect(cohortOf(config)[0]).not.toHaveProperty('label_name');
  // Nothing of the table is left when it is no longer used.
  config.data.table = null;
  await preprocess({ config }, listening());
  expect(existsSync(join(config.data.splits_dir, 'clinical.csv'))).toBe(false);
  expect(cohortOf(config)[0]).not.toHaveProperty('label_name');
});

test.each([
  ['numbers the other way round', ['1', '0'], "'1', '0'"],
  ['one word for two classes', ['glioma', 'glioma'], "'glioma', 'glioma'"],
])('a table beside folders of classes with %s is refused', async (_, words, told) => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => `${id},${hospital},${words[label]}`);
  const { config } = study(['grade0', 'grade1'], ['patient,hospital,label', ...rows]);
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_LABELS',
    message: expect.stringContaining(`in the order of their folders, the classes are called ${told}`),
  });
});

test('the order of --labels counts where both table and folders say the classes', async () => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => `${id},${hospital},${['low', 'high'][label]}`);
  const { config } = study(['grade0', 'grade1'], ['patient,hospital,label', ...rows]);
  for (const labels of [
    ['high', 'low'],
    ['grade1', 'grade0'],
  ]) {
    config.data.labels = labels;
    const { summary } = await preprocess({ config }, listening());
    expect(summary.labels).toEqual(labels);
    for (const { patient, label } of cohortOf(config))
      expect(label).toBe(EVERYBODY.find(({ id }) => id === patient)?.label === 1 ? 0 : 1);
  }
  config.data.labels = ['high', 'middle'];
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({ code: 'E_LABELS', exitCode: 3 });
});

test('a table tells the classes of patients whose folders lie in those of their hospitals, or in the root', async () => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => `${id};${hospital};${label}`);
  const { config, raw } = study([], ['patient;hospital;label', ...rows]);
  await preprocess({ config }, listening());
  expect(cohortOf(config).map(({ label }) => label)).toEqual(
    cohortOf(config).map(({ patient }) => Number(String(patient)[2])),
  );
  const { data } = config;
  const split = splitPath(data.splits_dir, 'test', 'A');
  expect(readFileSync(split, 'utf8')).toMatch(
    /^image_path,label,label_name,patient_id,hospital\n.*,grade0,SY00,SY\n/,
  );
  const before = readSplit(split);
  for (const { id, hospital } of EVERYBODY) renameSync(join(raw, hospital, id), join(raw, id));
  for (const hospital of Object.keys(HOSPITALS)) renameSync(join(raw, hospital), join(tempDir(), hospital));
  await preprocess({ config }, listening());
  expect(readSplit(split).map(({ path, ...rest }) => rest)).toEqual(before.map(({ path, ...rest }) => rest));
});

test('words for a missing value are no class, unless --labels names them', async () => {
  const rows = EVERYBODY.map(({ id, hospital, label }, i) => `${id},${hospital},${i === 0 ? '未知' : label}`);
  const { config } = study([], ['patient,hospital,label', ...rows]);
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({ code: 'E_TABLE' });
  const file = join(config.data.splits_dir, 'table_issues.csv');
  expect(readTableIssues(file).map(({ problem }) => problem.text)).toEqual([
    "label is '未知', which is not known",
  ]);
  config.data.labels = ['0', '1', '未知'];
  await expect(preprocess({ config }, listening())).rejects.not.toMatchObject({ code: 'E_TABLE' });
});

test.each([
  ['every ID is spelt otherwise', (id: string) => id.toLowerCase(), (hospital: string) => hospital],
  ['the home hospital is', (id: string) => id, (hospital: string) => (hospital === 'JM' ? '江门' : hospital)],
])('where %s, the list comes before any word of the home hospital', async (_, idOf, hospitalOf) => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => `${idOf(id)},${hospitalOf(hospital)},${label}`);
  const { config } = study([], ['patient,hospital,label', ...rows]);
  const context = listening();
  await expect(preprocess({ config }, context)).rejects.toMatchObject({ code: 'E_TABLE' });
  const listed = readTableIssues(join(config.data.splits_dir, 'table_issues.csv'));
  expect(listed.length).toBeGreaterThanOrEqual(EVERYBODY.filter(({ hospital }) => hospital === 'JM').length);
  expect(context.said.join('\n')).not.toMatch(/ in \.$/m);
  config.preprocess.exclude_conflicts = true;
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({ code: 'E_HOME_HOSPITAL' });
});

test('images where the table says, visits under their patient, and sets as it gives them', async () => {
  const { config, raw } = study([], []);
  for (const visit of ['a', 'b']) {
    const place = `JM/JM00_${visit}/A/s1.png`;
    writeSlice(raw, place, slicePixels(place, 0));
    writeSlice(raw, place.replace('/A/', '/P/'), slicePixels(`${place}P`, 0));
  }
  const sets = ['training', 'Val', '训练'];
  const rows = EVERYBODY.filter(({ id }) => id !== 'JM00').map(
    ({ id, hospital, label }, i) =>
      `${id},${hospital},${['low', 'high'][label]},${hospital}/${id},${hospital === 'SY' ? 'test' : sets[i % 3]},`,
  );
  const visits = ['a', 'b'].map(
    (visit, i) => `JM00,JM,${['low', 'ＬＯＷ'][i]},JM/JM00_${visit},${['train', 'Train'][i]},${visit}`,
  );
  const again = rows[0] ?? '';
  writeFileSync(
    config.data.table ?? '',
    ['patient,hospital,label,image,split,visit', ...visits, ...rows, again].join('\n'),
  );
  config.data.labels = ['low', 'high'];
  config.data.home_hospital = 'nobody';
  const { summary } = await preprocess({ config }, listening());
  expect(summary).toMatchObject({ given_split: true, home_hospital: 'JM', labels: ['low', 'high'] });
  const slices = readSplit(splitPath(config.data.splits_dir, 'train', 'A'));
  expect(slices.filter(({ patient }) => patient === 'JM00').map(({ path }) => path)).toEqual(
    ['a', 'b'].map((visit) => join(raw, `JM/JM00_${visit}/A/s1.png`)),
  );
  const given = Object.fromEntries(cohortOf(config).map(({ patient, split }) => [patient, split]));
  expect(given).toMatchObject({ JM00: 'train', JM01: 'train', JM02: 'val', JM10: 'train', SY00: 'test' });
});

test('a table whose test patients are of a hospital that trains is told to be an internal test', async () => {
  const rows = EVERYBODY.map(({ id, hospital, label }) => {
    const split = hospital === 'SY' || id.endsWith('0') ? 'test' : id.endsWith('1') ? 'train' : 'val';
    return `${id},${hospital},${label},${split}`;
  });
  const { config } = study(['grade0', 'grade1'], ['patient,hospital,label,split', ...rows]);
  const context = listening();
  const { summary } = await preprocess({ config }, context);
  const told = summary.warnings?.filter(({ code }) => code === 'data-test-at-home');
  expect(told).toMatchObject([{ params: { hospitals: ['JM'] } }]);
  expect(context.said.join('\n')).toContain(
    'warning: JM has patients in the test set and in training or validation',
  );
});

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

test('a table without labels beside folders without classes is told before images are looked at', async () => {
  const lines = EVERYBODY.map(({ id, hospital }, i) => `${id},${hospital},low${i % 2}`);
  const { config, raw } = study(['grade0', 'grade1'], ['id,site,Diagnosis', ...lines]);
  for (const { id, hospital, label } of EVERYBODY)
    renameSync(join(raw, hospital, `grade${label}`, id), join(raw, hospital, id));
  for (const hospital of Object.keys(HOSPITALS))
    for (const label of [0, 1])
      rmSync(join(raw, hospital, `grade${label}`), { recursive: true, force: true });
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_CSV_COLUMNS',
    message: expect.stringMatching(
      /no column gives the label, and the folder of \w+ is not inside a class folder; found id,site,Diagnosis.*--table_columns label=NAME/,
    ),
  });
  config.data.table_columns = ['label=Diagnosis'];
  await preprocess({ config }, listening());
  expect(new Set(cohortOf(config).map((one) => one.label_name))).toEqual(new Set(['low0', 'low1']));
});

test('a home hospital whose classes are called otherwise than those of the others was not read, and that is said', async () => {
  const { config, raw } = study(['grade0', 'grade1'], []);
  config.data.table = null;
  for (const [label, name] of ['低级别', '高级别'].entries())
    renameSync(join(raw, `JM/grade${label}`), join(raw, `JM/${name}`));
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    /the home hospital 'JM' was not read, because no folder in it is called grade0/,
  );
});
