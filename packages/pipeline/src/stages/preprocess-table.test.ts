import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSplit, readTableIssues, splitPath } from '@radweave/artifacts';
import { listening, slicePixels, writeSlice } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { preprocess } from './preprocess.ts';
import { cohortOf, EVERYBODY, HOSPITALS, study } from './preprocess-table.test.data.ts';

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
  for (const visit of ['a', 'b', 'c']) {
    const place = `JM/JM00_${visit}/A/s1.png`;
    writeSlice(raw, place, slicePixels(place, 0));
    writeSlice(raw, place.replace('/A/', '/P/'), slicePixels(`${place}P`, 0));
  }
  const sets = ['training', 'Val', '训练'];
  const rows = EVERYBODY.filter(({ id }) => id !== 'JM00').map(
    ({ id, hospital, label }, i) =>
      `${id},${hospital},${['low', 'high'][label]},${hospital}/${id},${hospital === 'SY' ? 'test' : sets[i % 3]},`,
  );
  const visits = ['a', 'b', 'c'].map(
    (visit, i) =>
      `JM00,JM,${i === 1 ? 'ＬＯＷ' : 'low'},JM/JM00_${visit},${i === 1 ? 'Train' : 'train'},${visit}`,
  );
  const again = rows[0] ?? '';
  writeFileSync(
    config.data.table ?? '',
    ['patient,hospital,label,image,split,visit', ...visits, ...rows, again].join('\n'),
  );
  config.data.labels = ['low', 'high'];
  config.data.home_hospital = 'nobody';
  const context = listening();
  const { summary } = await preprocess({ config }, context);
  // EVERYBODY, of whom one came three times.
  expect(context.said.join('\n')).toContain(
    `${EVERYBODY.length} patients (${EVERYBODY.length + 2} visits) in JM, SY.`,
  );
  expect(summary).toMatchObject({ given_split: true, home_hospital: 'JM', labels: ['low', 'high'] });
  const slices = readSplit(splitPath(config.data.splits_dir, 'train', 'A'));
  expect(slices.filter(({ patient }) => patient === 'JM00').map(({ path }) => path)).toEqual(
    ['a', 'b', 'c'].map((visit) => join(raw, `JM/JM00_${visit}/A/s1.png`)),
  );
  const given = Object.fromEntries(cohortOf(config).map(({ patient, split }) => [patient, split]));
  expect(given).toMatchObject({ JM00: 'train', JM01: 'train', JM02: 'val', JM10: 'train', SY00: 'test' });
});

test('a table that leaves a set without a label is refused with what can mend it, before anything is written', async () => {
  const lines = (split: (one: { hospital: string; label: number }, i: number) => string): string[] =>
    EVERYBODY.map((one, i) => `${one.id},${one.hospital},${one.label},${split(one, i)}`);
  const header = 'patient,hospital,label,split';
  const { config } = study(
    ['grade0', 'grade1'],
    [header, ...lines(({ label }, i) => (label === 1 || i % 2 === 0 ? 'train' : 'val'))],
  );
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({
    code: 'E_CLASS_MISSING',
    message: expect.stringContaining('validation has no patient of label 1'),
    hint: expect.stringMatching(/^Correct the sets in the table/),
  });
  expect(existsSync(config.data.splits_dir)).toBe(false);
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
