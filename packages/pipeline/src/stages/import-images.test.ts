import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importFiles, privateFiles, readImported, readPseudonyms } from '@radweave/artifacts';
import { decodeSlice, encodePng } from '@radweave/imaging';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { importOptions } from './import.options.test.data.ts';
import { importStage } from './import.ts';

const PIXELS = { window: 'soft', mr: 'percentiles:0:100', pet: '10', size: 16, bits: 8, fit: 'pad' } as const;

function optionsIn(folder: string, more: Partial<ImportOptions> = {}): ImportOptions {
  const own = { kind: 'images', modalities: ['A'], pixels: PIXELS } as const;
  return importOptions(folder, 'files', { ...own, ...more });
}

/** A PNG of 16×16 pixels, in colour where three channels are given. */
function writePicture(folder: string, name: string, ...channels: readonly number[]): void {
  const path = join(folder, 'files', name);
  mkdirSync(dirname(path), { recursive: true });
  const pixels = Uint8Array.from(
    { length: 256 * channels.length },
    (_, i) => channels[i % channels.length] ?? 0,
  );
  writeFileSync(path, encodePng({ width: 16, height: 16, channels: channels.length === 3 ? 3 : 1, pixels }));
}

test('pictures of a patient become one series in the order of their names; colour is left out, its noise is not', async () => {
  const folder = tempDir();
  for (const [i, gray] of [10, 20, 30].entries()) writePicture(folder, `P1/A/slice ${8 + i}.png`, gray);
  writePicture(folder, 'P1/A/slice 11.png', 40, 42, 41);
  writePicture(folder, 'P1/A/slice 12.png', 40, 80, 41);
  writePicture(folder, 'P2_A_1.png', 50);
  const options = optionsIn(folder);
  expect(await importStage(options, silentContext())).toMatchObject({
    written: 2,
    leftOut: { 'in colour (--colour gray converts it)': 1 },
  });
  const rows = readImported(importFiles(options.records).table);
  const gray = rows.map(({ file }) => decodeSlice(readFileSync(join(options.output, file)), file).min);
  expect(gray.sort((a, b) => a - b)).toEqual([10, 20, 30, 41, 50]);
  const first = rows.filter(
    ({ patient }) => patient === rows.find(({ file }) => file.endsWith('0004.png'))?.patient,
  );
  expect(first.map(({ file }) => decodeSlice(readFileSync(join(options.output, file)), file).min)).toEqual([
    10, 20, 30, 41,
  ]);
  expect(rows[0]).toMatchObject({
    how: 'as stored; 16×16 pixels; 8 bits; padded',
    transfer_syntax: 'PNG, 8 bits',
    low: 0,
    high: 255,
  });
  expect(await importStage({ ...options, keepsColour: true }, silentContext())).toMatchObject({
    written: 1,
    unchanged: 1,
  });
});

test('a table says whose each file is, and all that does not fit is listed before anything is written', async () => {
  const folder = tempDir();
  for (const [i, name] of ['x7.png', 'sub/y.png', 'z.png', 'unlisted.png'].entries())
    writePicture(folder, name, 10 * i);
  const table = join(folder, 'files.csv');
  const rows = [
    'patient_id,hospital,label,modality,file',
    '1,JM,0,A,x7.png',
    '1,JM,0,P,./sub/y.png',
    '1,SY,1,A,z.png',
  ];
  writeFileSync(table, [...rows, '1,SY,1,P,gone.png'].join('\n'));
  const options = optionsIn(folder, { table, hospital: null, label: null, modalities: null });
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringContaining('1 of 4 files of the table cannot be imported\n  - gone.png: not there'),
  });
  writeFileSync(table, rows.join('\n'));
  const result = await importStage(options, silentContext());
  expect(result).toMatchObject({ written: 3, leftOut: { 'the table does not list it': 1 } });
  const found = readImported(importFiles(options.records).table);
  expect(found.map(({ hospital, label, modality }) => `${hospital} ${label} ${modality}`).sort()).toEqual([
    'JM 0 A',
    'JM 0 P',
    'SY 1 A',
  ]);
  writeFileSync(table, [...rows, '1,JM,1,A,unlisted.png'].join('\n'));
  await expect(importStage(options, silentContext())).rejects.toThrow('one patient has the labels 0 and 1');
  writeFileSync(table, [...rows, '2,SY,1,A,./x7.png'].join('\n'));
  await expect(importStage(options, silentContext())).rejects.toThrow('lists the file x7.png twice');
});

test('a file that the table lists and a pattern leaves out is neither imported nor left out: somebody must say which', async () => {
  const folder = tempDir();
  for (const name of ['x7.png', 'bad.png', 'old.png']) writePicture(folder, name, name.length);
  const table = join(folder, 'files.csv');
  const rows = ['patient_id,hospital,label,modality,file', '1,JM,0,A,x7.png'];
  writeFileSync(table, [...rows, '2,JM,0,A,bad.png'].join('\n'));
  const options = optionsIn(folder, { table, hospital: null, label: null, modalities: null });
  mkdirSync(options.records);
  const { mapping } = importFiles(options.records);
  writeFileSync(mapping, "files: ['(?<leave_out>bad|old)']\nrules: []\ndecisions: {}\n");
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringContaining(
      '1 of 2 files of the table cannot be imported\n  - bad.png: a pattern of mapping.yaml leaves it out',
    ),
  });
  writeFileSync(table, rows.join('\n'));
  const leftOut = { 'the table does not list it': 2 };
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1, leftOut });
});

test('16 bits are brought to gray by the range of the series, of pictures that differ in size', async () => {
  const folder = tempDir();
  for (const [i, side] of [16, 8].entries()) {
    const path = join(folder, 'files/HN/grade1/P1/A', `${i}.png`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      encodePng({ width: side, height: side, pixels: new Uint16Array(side * side).fill(1000 + 3000 * i) }),
    );
  }
  const options = optionsIn(folder, { hospital: null, label: null });
  await importStage(options, silentContext());
  const rows = readImported(importFiles(options.records).table);
  expect(rows).toMatchObject([
    { hospital: 'HN', label: '1', rows: 16 },
    { rows: 8, low: 1000, high: 4000 },
  ]);
  expect(rows.map(({ file }) => decodeSlice(readFileSync(join(options.output, file)), file).max)).toEqual([
    0, 255,
  ]);
});

test('pictures that are called masks, or are in a folder that is, and hidden ones are no slices', async () => {
  const folder = tempDir();
  const slices = ['P1/A/1.png', 'P1/A/2.png', 'all/P2/A/1.png', 'GT/P3/A/1.png'];
  const masks = [
    ...['P1/A/1_mask.png', 'P1/A/seg_2.png', 'P1/A/2-lesion.png', 'P1/A/roi_1.png', 'P1/A/masks/1.png'],
    ...['masks/P2/A/1.png', 'P2_A_1_mask.png', 'P1/labels/A/1.png'],
  ];
  const hidden = ['P1/A/.thumb1.png', 'P1/A/.old/1.png', '.cache/P1/A/1.png'];
  for (const [i, name] of [...slices, ...masks, ...hidden].entries()) writePicture(folder, name, 10 + i);
  writePicture(folder, 'P5/A_mask/1.png', 200);
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient,hospital,label\nP1,JM,0\nP2,JM,0\nP3,GT,1\n');
  const options = optionsIn(folder, { table, hospital: null, label: null });
  const context = listening();
  expect(await importStage(options, context)).toMatchObject({
    written: 3,
    leftOut: {
      'called like a mask, or in a folder that is': masks.length,
      'hidden: its name, or that of a folder, begins with a point': hidden.length,
      'a mask that belongs to no series': 1,
    },
  });
  expect(readImported(importFiles(options.records).table)).toHaveLength(slices.length);
});

test('a table of files may list pictures whatever they are called', async () => {
  const folder = tempDir();
  for (const name of ['1.png', '1_mask.png']) writePicture(folder, name, name.length);
  const table = join(folder, 'files.csv');
  writeFileSync(table, 'patient_id,hospital,label,modality,file\n1,JM,0,A,1.png\n1,JM,0,P,1_mask.png\n');
  const options = optionsIn(folder, { table, hospital: null, label: null, modalities: null });
  expect(await importStage(options, silentContext())).toMatchObject({ written: 2 });
});

test('folders of pictures and of their masks may hold the same names', async () => {
  const folder = tempDir();
  for (const below of ['images', 'masks']) writePicture(folder, `${below}/P1_A_1.png`, 10);
  const options = optionsIn(folder);
  expect(await importStage(options, silentContext())).toMatchObject({
    written: 1,
    leftOut: { 'called like a mask, or in a folder that is': 1 },
  });
  expect(readPseudonyms(privateFiles(options.secrets).pseudonyms)).toMatchObject([{ original: 'P1' }]);
});

test('a question about pictures names what is known of them alone', async () => {
  const folder = tempDir();
  writePicture(folder, 'P1/old/1.png', 10);
  await expect(importStage(optionsIn(folder), silentContext())).rejects.toMatchObject({
    message: expect.stringContaining(
      "'old' (1 slice of 16×16 without pixel spacing; P1/old/1.png, of 'P1'): no rule fits",
    ),
  });
  expect(readFileSync(importFiles(optionsIn(folder).records).sheet, 'utf8')).toContain('old<br>');
});

test('slices of an import that lie below the pictures are not read as pictures, and never among them', async () => {
  const folder = tempDir();
  writePicture(folder, 'P1/A/1.png', 10);
  const files = join(folder, 'files');
  const own = {
    output: join(files, 'data', 'raw'),
    records: join(files, 'import'),
    secrets: join(files, 'own'),
  };
  const options = optionsIn(folder, own);
  for (const written of [1, 0, 0])
    expect(await importStage(options, silentContext())).toMatchObject({ files: 1, written });
  const link = join(folder, 'link');
  symlinkSync(files, link, 'junction');
  for (const root of [link, files])
    expect(await importStage({ ...options, root }, silentContext())).toMatchObject({ files: 1, written: 0 });
  for (const root of [files, join(files, 'P1')])
    await expect(importStage({ ...options, root, output: files }, silentContext())).rejects.toMatchObject({
      code: 'E_IMPORT',
      exitCode: 2,
      message: expect.stringContaining('among the pictures'),
    });
});
