import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importFiles, privateFiles, readImported } from '@radweave/artifacts';
import { decodeSlice } from '@radweave/imaging';
import { madeUpDicom, madeUpSlice } from '@radweave/importing/testing/made-up';
import { madeUpNifti } from '@radweave/importing/testing/made-up-nifti';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { imported, optionsIn } from './import.masks.test.data.ts';
import { importStage } from './import.ts';

type Volume = Parameters<typeof madeUpNifti>[0];
const SHAPE = [16, 16, 5];
const STEPS = [1, 1, 5] as const;

/** Column, row and slice of a voxel. */
const placeOf = (i: number): [number, number, number] => [
  i % 16,
  Math.floor(i / 16) % 16,
  Math.floor(i / 256),
];

/** Squares of 2, 4, 6 and 2 pixels from voxel 4, 4 on in slices 1 to 4; label 2 in the last one. */
function lesion(i: number): number {
  const [x, y, z] = placeOf(i);
  const side = [0, 2, 4, 6, 2][z] ?? 0;
  return x >= 4 && x < 4 + side && y >= 4 && y < 4 + side ? (z === 4 ? 2 : 1) : 0;
}

/** Files of one patient: values that say slice and column, and what is given. */
function write(folder: string, files: Readonly<Record<string, Partial<Volume>>>): void {
  for (const [name, more] of Object.entries(files)) {
    const path = join(folder, 'files', 'P1', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, madeUpNifti({ shape: SHAPE, steps: STEPS, values: lesion, ...more }));
  }
}

const IMAGE = { 'A.nii': { values: (i: number) => 100 * placeOf(i)[2] + placeOf(i)[0] } };

test.each<[slices: string, z: number[]]>([
  ['largest', [3]],
  ['area:16', [2, 3]],
  ['centre:1', [1, 2, 3]],
  ['all', [0, 1, 2, 3, 4]],
])('slices by a NIfTI mask: %s', async (slices, z) => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'A_mask.nii': {} });
  const rows = await imported(optionsIn(folder, { mask: { slices, crop: null, name: null } }));
  expect(rows.map((row) => row.z)).toEqual(z);
  expect(rows.find((row) => row.z === 3)?.notes).toBe('lesion of 36 mm²');
});

test('a mask that cannot be read is an error, though another one of the patient could be read', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'P.nii': {}, 'A_mask.nii': {}, 'P_mask.nii': {} });
  truncateSync(join(folder, 'files', 'P1', 'A_mask.nii'), 60);
  const mask = { slices: 'largest', crop: null, name: null, leavesOut: true };
  const options = optionsIn(folder, { modalities: null, mask });
  await expect(importStage(options, silentContext())).rejects.toThrow(
    /1 mask cannot be read\n.*P1\/A_mask\.nii: /,
  );
});

test('a hospital of which masks choose other slices than of those that are there is refused', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'A_mask.nii': {} });
  const mask = { slices: 'largest', crop: null, name: null };
  const first = optionsIn(folder, { mask });
  await importStage(first, silentContext());
  write(join(folder, 'other'), { 'A.nii': { values: (i) => i }, 'A_mask.nii': {} });
  const files = { root: join(folder, 'other', 'files'), hospital: 'SY' };
  for (const [other, told] of [
    [null, 'not cropped'],
    [{ ...mask, slices: 'area:16' }, 'slices of a lesion of at least 16 mm², not cropped'],
    [{ ...mask, slices: 'centre:1' }, 'the middle slice of the lesion and 1 on either side, not cropped'],
  ] as const)
    await expect(importStage({ ...first, ...files, mask: other }, silentContext())).rejects.toThrow(
      `A: the slice of the largest lesion, not cropped of 1 patient of an earlier import, but ${told} of these files`,
    );
});

test('summary and contact sheet count the slices that masks choose, and a dry run tells of a mask that does not fit', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'mask.nii': {} });
  const options = optionsIn(folder, { mask: { slices: 'area:16', crop: null, name: null } });
  for (const dryRun of [true, false]) {
    const { series, sheet } = await importStage({ ...options, dryRun }, silentContext());
    expect(series.map(({ modality, slices }) => [modality, slices])).toEqual([
      ['A', 2],
      ['mask', 5],
    ]);
    const page = readFileSync(sheet, 'utf8');
    expect(page).toContain('<td>series of A: 1 patient, 2 slices</td>');
    expect(page).toContain('<br>2 of 5 slices, series ');
  }
  write(folder, { 'mask.nii': { shape: [16, 15, 5] } });
  const said: string[] = [];
  const emit = (event: object): void => void said.push(String(Reflect.get(event, 'text') ?? ''));
  await importStage({ ...options, dryRun: true }, { emit, shouldStop: () => false });
  expect(said.join('\n')).toMatch(/the masks of 1 series cannot be used\n.*16×15 pixels, the image of 16×16/);
});

test.each<[what: string, mask: Partial<Volume>, reason: string]>([
  ['small', {}, 'A, but no slice shows at least 37 mm² of the lesion'],
  ['empty', { values: () => 0 }, 'A, but the mask is empty'],
])('one flag leaves out all series whose masks are too %s to choose a slice', async (_, mask, reason) => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'A_mask.nii': mask });
  const large = { values: (i: number) => (placeOf(i)[2] === 2 && i % 16 < 8 ? 1 : 0) };
  write(folder, { '../P2/A.nii': IMAGE['A.nii'], '../P2/A_mask.nii': large });
  const flags = { slices: 'area:37', crop: null, name: null };
  const options = optionsIn(folder, { mask: { ...flags, leavesOut: true } });
  await importStage({ ...options, mask: { ...flags, slices: 'all' }, dryRun: false }, silentContext()).catch(
    () => undefined,
  );
  for (const dryRun of [true, false]) {
    const context = listening();
    const { series } = await importStage({ ...options, dryRun }, context);
    expect(series.filter(({ modality }) => modality !== 'mask')).toEqual([
      { modality: '-', patients: 1, series: 1, slices: 5 },
      { modality: 'A', patients: 1, series: 1, slices: 1 },
    ]);
    expect(context.said.join()).toContain('1 series of 1 patient left out: its mask chooses no slice.');
    expect(readFileSync(privateFiles(options.secrets).leftOut, 'utf8')).toContain(reason);
  }
  // Also what an earlier import wrote of them is gone.
  const rows = readImported(importFiles(options.records).table);
  expect(rows.map(({ position }) => position)).toEqual([10]);
  await expect(importStage({ ...options, mask: flags }, silentContext())).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('; --mask_none leave_out leaves such series out'),
  });
});

test('masks that are those of no series are told and listed, of NIfTI alone and beside DICOM files', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'A_mask.nii': {}, '../P9/A_mask.nii': {} });
  const options = optionsIn(folder);
  const context = listening();
  expect(await importStage(options, context)).toMatchObject({
    leftOut: { 'a mask that belongs to no series': 1 },
  });
  expect(context.said.join()).toContain(
    '1 mask (A_mask.nii) belongs to no imported series. All are listed in ',
  );
  const { leftOut } = privateFiles(options.secrets);
  expect(readFileSync(leftOut, 'utf8')).toContain(
    `${join('P9', 'A_mask.nii')},,,a mask that belongs to no series`,
  );
  const dicom = tempDir();
  write(dicom, { '../masks/P9.nii': {} });
  mkdirSync(join(dicom, 'files', 'P1'), { recursive: true });
  writeFileSync(join(dicom, 'files', 'P1', '1.dcm'), madeUpDicom(madeUpSlice()));
  const said = listening();
  const beside = optionsIn(dicom, { kind: 'dicom', volumes: null, modalities: null, dryRun: true });
  await importStage(beside, said);
  expect(said.said.join()).toContain('1 mask (P9.nii) belongs to no imported series.');
});

test('what is no number in a mask is no lesion', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'mask.nii': { isFloat: true, values: (i) => lesion(i) || Number.NaN } });
  expect(await imported(optionsIn(folder))).toEqual([{ z: 3, notes: 'lesion of 36 mm²' }]);
});

test('a lesion is cropped with a margin within the image, and a label names it', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'mask.nii': {} });
  const options = optionsIn(folder, { mask: { slices: 'largest', crop: '2', name: '2' } });
  const [row] = await imported(options);
  // NIfTI's rows run to the right of the patient and up: turned round, voxels 4 and 5 are columns 10 and 11 of 0 to 15.
  expect(row).toEqual({ z: 4, notes: 'lesion of 4 mm²; cropped to 6×6 pixels from column 9, row 9' });
  const [{ file = '' } = {}] = readImported(importFiles(options.records).table);
  const { pixels } = decodeSlice(readFileSync(join(options.output, file)), file);
  const ends = [402, 407].map((hu) => Math.round((hu * 255) / 1000));
  expect([Math.min(...pixels), Math.max(...pixels)]).toEqual(ends);
});

test('another mask makes the slices anew, the same one does not', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'mask.nii': {} });
  const options = optionsIn(folder);
  await imported(options);
  expect(await importStage(options, silentContext())).toMatchObject({ written: 0, unchanged: 1 });
  write(folder, { 'mask.nii': { values: (i) => (placeOf(i)[2] === 1 ? 1 : 0) } });
  expect((await imported(options)).map(({ z }) => z)).toEqual([1]);
  expect(await importStage({ ...options, mask: null }, silentContext())).toMatchObject({ written: 1 });
});

test.each<[what: string, files: Readonly<Record<string, Partial<Volume>>>, message: string]>([
  ['of another size', { 'mask.nii': { shape: [16, 15, 5] } }, '16×15 pixels, the image of 16×16'],
  ['of other slices', { 'mask.nii': { shape: [16, 16, 4] } }, 'slices of the mask: 4, of the image: 5'],
  ['half a pixel beside', { 'mask.nii': { origin: [0.5, 0, 0] } }, 'begins 0.5 mm beside'],
  ['of another spacing', { 'mask.nii': { steps: [1.02, 1, 5] } }, 'does not fit the image'],
  ['mirrored', { 'mask.nii': { steps: [-1, 1, 5] } }, 'does not fit the image'],
  ['empty', { 'mask.nii': { values: () => 0 } }, 'the mask is empty'],
  ['none', {}, 'it is not clear which mask is that of 1 series\n'],
  ['two', { 'mask.nii': {}, 'seg.nii': {} }, 'the masks '],
])('refused: a mask %s', async (_, files, message) => {
  const folder = tempDir();
  write(folder, { ...IMAGE, ...files });
  await expect(importStage(optionsIn(folder), silentContext())).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining(message),
  });
});

test('masks are known where mapping.yaml was written before there was a rule for them', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'A_mask.nii': {} });
  const options = optionsIn(folder);
  await importStage({ ...options, dryRun: true }, silentContext());
  const { mapping } = importFiles(options.records);
  const text = readFileSync(mapping, 'utf8');
  writeFileSync(mapping, text.replace(/^ {2}- \{ modality: 'mask'.*\n/m, ''));
  expect(readFileSync(mapping, 'utf8')).not.toBe(text);
  expect(await imported(options)).toHaveLength(1);
  expect(readFileSync(mapping, 'utf8')).toContain("{ modality: 'mask'");
});

test('a mask that differs by rounding fits', async () => {
  const folder = tempDir();
  write(folder, { ...IMAGE, 'mask.nii': { origin: [0.04, 0, 0], steps: [1.001, 1, 5] } });
  expect(await imported(optionsIn(folder))).toHaveLength(1);
});
