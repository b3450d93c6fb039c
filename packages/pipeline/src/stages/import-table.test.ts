import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, privateFiles, readImported } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

/** Imports two patients, `HN-1` and `HN-2`, by a table. */
async function withTable(rows: readonly string[], more: Partial<ImportOptions> = {}) {
  const folder = tempDir();
  const options = optionsIn(folder, {
    table: join(folder, 'patients.csv'),
    hospital: null,
    label: null,
    ...more,
  });
  writeFileSync(options.table ?? '', ['patient_id,hospital,label,pseudonym', ...rows].join('\n'));
  writeSeries(folder, 'arterial', 2);
  writeSeries(folder, 'portal', 1, { [TAG.patientId]: ['LO', 'HN-2'] });
  const said: string[] = [];
  const emit = (event: object): void => void said.push(String(Reflect.get(event, 'text') ?? ''));
  const result = await importStage(options, { emit, shouldStop: () => false });
  return { options, result, said: said.join('\n') };
}

test('who is not in the table is left out and counted, and who has no image too', async () => {
  const { options, result, said } = await withTable(['HN-1,HN,0,a', 'HN-3,HN,0,c', 'HN-4,HN,0,d']);
  expect(result).toMatchObject({ written: 1, leftOut: { 'its patient is not in the table': 1 } });
  expect(said).toContain('1 image left out: the patients are not in the table.');
  expect(said).toContain('2 patients of the table without an image below the folder.');
  expect(readFileSync(privateFiles(options.secrets).leftOut, 'utf8')).toMatch(
    /^path,patient_id,series,reason\n(.*\n)*portal-0,HN-2,,its patient is not in the table/,
  );
});

test('who is spelt otherwise in the table, as a spreadsheet does it, is told', async () => {
  const folder = tempDir();
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient,hospital,label\n7,HN,0\nａｂ,HN,1\nx,HN,1\n12.0,HN,1\n"5,0",HN,1');
  for (const [i, id] of ['007', 'AB', 'x', '12', '5'].entries())
    writeSeries(folder, `arterial${'x'.repeat(i)}`, 1, { [TAG.patientId]: ['LO', id] });
  const options = optionsIn(folder, { table, hospital: null, label: null });
  const context = listening();
  await importStage(options, context);
  expect(context.said.join()).toContain(
    "4 patients of the table without an image below the folder, of which 4 are there in another spelling, such as '007' for '7'.",
  );
  const leftOut = readFileSync(privateFiles(options.secrets).leftOut, 'utf8');
  expect(leftOut).toContain('images are there of 007');
  expect(leftOut).toContain('images are there of AB');
  expect(leftOut).toContain('images are there of 12');
  expect(leftOut).toContain('images are there of 5');
});

/** A row that a filter hides. */
const FILTERED = `
import sys, openpyxl
book = openpyxl.Workbook()
for row in [['patient', 'hospital', 'label'], ['HN-1', 'HN', 0], ['HN-2', 'HN', 1]]: book.active.append(row)
book.active.auto_filter.ref = 'A1:C3'
book.active.auto_filter.add_filter_column(2, ['0'])
book.active.row_dimensions[3].hidden = True
book.save(sys.argv[1])
`;

peerTest('rows of a workbook that are filtered out are read, and told', ['openpyxl'], async () => {
  const folder = tempDir();
  const table = join(folder, 'patients.xlsx');
  python(FILTERED, { args: [table], interpreter: peersPython() });
  writeSeries(folder, 'arterial', 1);
  writeSeries(folder, 'portal', 1, { [TAG.patientId]: ['LO', 'HN-2'] });
  const context = listening();
  const options = optionsIn(folder, { table, hospital: null, label: null, dryRun: true });
  expect(await importStage(options, context)).toMatchObject({ series: [{ patients: 1 }, { patients: 1 }] });
  expect(context.said.join('\n')).toContain(
    'patients.xlsx: 1 row that a filter or somebody hides is read too. Delete it where it does not count.',
  );
});

test('clinical variables travel into the table of a cohort under pseudonyms, also of an earlier import', async () => {
  const folder = tempDir();
  const table = join(folder, 'export.csv');
  const options = optionsIn(folder, { table, hospital: null, label: null });
  const { patients: path } = importFiles(options.records);
  writeSeries(folder, 'arterial', 2);
  writeFileSync(
    table,
    'patient_id,hospital,label,姓名,Age,visit,split,pseudonym\nHN-1,HN,0,张三,61,1,train,a\nHN-1,HN,0,张三,=2+60,2,train,a',
  );
  await importStage(options, listening());
  const first = readFileSync(path, 'utf8').split('\n');
  expect(first).toEqual([
    'patient_id,hospital,label,Age,visit,split',
    'a,HN,0,61,1,train',
    "a,HN,0,'=2+60,2,train",
    '',
  ]);
  writeSeries(folder, 'portal', 1, { [TAG.patientId]: ['LO', 'HN-2'] });
  writeFileSync(
    table,
    'patient_id,hospital,label,split,Event,pseudonym\nHN-2,HN,1,val,1,b\nHN-3,HN,1,val,0,c',
  );
  const context = listening();
  await importStage(options, context);
  const second = readFileSync(path, 'utf8').split('\n');
  expect(second[0]).toBe('patient_id,hospital,label,Age,visit,split,Event');
  expect(second).toContain("a,HN,0,'=2+60,2,train,");
  expect(second).toContain('b,HN,1,,,val,1');
  expect(second).toHaveLength(5);
  expect(context.said.join()).toContain(
    `Columns that go into ${path}, for preprocess --table: split, Event.`,
  );
});

test.each<[what: string, rows: readonly string[], message: string]>([
  ['the same patient', ['HN-1,HN,0,a', 'HN-1,HN,1,b'], 'the table names a patient of HN twice'],
  ['one pseudonym for two', ['HN-1,HN,0,a', 'HN-2,HN,0,a'], "'a' is the pseudonym of two patients"],
])('refused in a table: %s', async (_, rows, message) => {
  await expect(withTable(rows)).rejects.toMatchObject({
    code: 'E_IMPORT',
    exitCode: 3,
    message: expect.stringContaining(message),
  });
});

test('folders called as the hospitals of a table tell patients of one ID apart, and nobody guesses', async () => {
  const folder = tempDir();
  const root = join(folder, 'export');
  for (const [i, hospital] of ['JM', 'SY'].entries()) {
    const place = join(folder, hospital);
    writeSeries(place, `arterial${'!'.repeat(i)}`, 1, { [TAG.patientId]: ['LO', '1'] });
    mkdirSync(join(root, hospital), { recursive: true });
    cpSync(join(place, 'export'), join(root, hospital, 'disk1'), { recursive: true });
  }
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'ID,Hospital,Class\n1,JM,benign\n1,SY,malignant\n');
  const options = optionsIn(folder, { table, hospital: null, label: null });
  expect(await importStage(options, silentContext())).toMatchObject({ written: 2 });
  const rows = readImported(importFiles(options.records).table);
  const found = rows.map(({ hospital, label, file }) => [hospital, label, file.split('/')[1]]);
  expect(found.sort()).toEqual([
    ['JM', 'benign', 'benign'],
    ['SY', 'malignant', 'malignant'],
  ]);
  // Each by itself: the table's other hospital does not count.
  const alone = { output: join(folder, 'raw2'), records: join(folder, 'import2') };
  const one = { ...options, ...alone, root: join(folder, 'SY'), hospital: 'SY' };
  expect(await importStage(one, silentContext())).toMatchObject({ written: 1 });
  await expect(importStage({ ...one, hospital: null }, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringContaining('is in the table for JM and SY, and the path says neither'),
  });
  writeFileSync(table, 'ID,Hospital,Class\n1,JM,benign\n2,SY,malignant\n');
  expect(await importStage(options, silentContext())).toMatchObject({
    unchanged: 1,
    leftOut: { 'its patient is not in the table': 1 },
  });
  // The same ID of another hospital is no other spelling.
  writeFileSync(table, 'ID,Hospital,Class\nx,JM,benign\n1,SY,malignant\n');
  cpSync(join(root, 'JM'), join(folder, 'only', 'JM'), { recursive: true });
  const context = listening();
  await expect(importStage({ ...options, root: join(folder, 'only') }, context)).rejects.toThrow('none of');
  expect(context.said.join('\n')).toContain('2 patients of the table without an image below the folder. All');
});

test('the folders of another hospital hold none of the patients of the one that is asked for', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1, { [TAG.patientId]: ['LO', '1'] });
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient,hospital,label\n1,JM,0\n1,SY,1\n2,JM,0\n');
  cpSync(join(folder, 'export'), join(folder, 'all', 'SY', '1'), { recursive: true });
  writeSeries(folder, 'portal', 1, { [TAG.patientId]: ['LO', '2'] });
  cpSync(join(folder, 'export', 'portal-0'), join(folder, 'all', 'JM', '2', 'portal'), { recursive: true });
  const options = optionsIn(folder, { table, hospital: 'JM', label: null, root: join(folder, 'all') });
  expect(await importStage(options, silentContext())).toMatchObject({
    written: 1,
    leftOut: { 'its patient is not in the table': 1 },
  });
  expect(readImported(importFiles(options.records).table).map(({ modality }) => modality)).toEqual(['P']);
});

test('a path with folders that are called after two hospitals is nobody’s', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1, { [TAG.patientId]: ['LO', '1'] });
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient,hospital,label\n1,JM,0\n1,SY,1\n');
  cpSync(join(folder, 'export'), join(folder, 'all', 'JM', 'SY', '1'), { recursive: true });
  const options = optionsIn(folder, { table, hospital: null, label: null, root: join(folder, 'all') });
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringContaining('folders of one path are called after JM and SY'),
    where: 'JM/SY/1/arterial-0',
  });
  expect(await importStage({ ...options, root: join(folder, 'all', 'JM') }, silentContext())).toMatchObject({
    written: 1,
  });
});

test('a pseudonym that was chosen otherwise later is refused', async () => {
  const { options } = await withTable(['HN-1,HN,0,a', 'HN-2,HN,0,b']);
  writeFileSync(options.table ?? '', 'patient_id,hospital,label,pseudonym\nHN-1,HN,0,c');
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    message: expect.stringContaining("was imported as 'a' and is now called 'c'"),
  });
});

test('labels that may be misspelt are told at import, by their lines, also beside those of an earlier one', async () => {
  const { said, options } = await withTable(['HN-1,HN,malignant,a', 'HN-2,HN,malignat,b']);
  expect(said).toContain(
    "'malignant' (line 2) and 'malignat' (line 3) among the labels may be a class or a typing error",
  );
  expect(said).toContain('Give each class one spelling; where each is a class of its own');
  // Import has no such flag.
  expect(said).not.toContain('--labels');
  const corrected = (rows: string): void =>
    writeFileSync(options.table ?? '', `patient_id,hospital,label\n${rows}`);
  const saidNow = async (): Promise<string> => {
    const context = listening();
    await importStage(options, context);
    return context.said.join('\n');
  };
  corrected('HN-2,HN,malignat');
  expect(await saidNow()).toContain("'malignat' (line 2) and 'malignant' among the labels");
  corrected('HN-1,HN,malignant\nHN-2,HN,malignant');
  expect(await saidNow()).not.toContain('typing error');
  const right = await withTable(['HN-1,HN,malignant,a', 'HN-2,HN,benign,b']);
  expect(right.said).not.toContain('typing error');
});

test.each<[what: string, rows: readonly string[], code: string, message: string]>([
  ['rows of other lengths', ['HN-1,HN,0', 'HN-2,HN,0,b'], 'E_CSV_ROW', 'expected 4 fields, found 3'],
  ['nothing but a header', [], 'E_CSV_ROW', 'names its columns and has no row'],
])('a table with %s is refused', async (_, rows, code, message) => {
  await expect(withTable(rows)).rejects.toMatchObject({
    code,
    exitCode: 3,
    message: expect.stringContaining(message),
  });
});
