// One image in several files: a copy is left out, and where the files contradict each other nobody chooses.
import { truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { TAG } from '../dicom/tags.ts';
import { type Image, readImage } from '../series/image.ts';
import { modalityOf } from '../series/propose.ts';
import { FIRST_RULES } from '../series/rules.ts';
import { MADE_UP_PET, type MadeUp, madeUpDicom, madeUpSlice, type Writing } from '../testing/made-up.ts';
import { stacksOfPatients } from './copies.ts';

type File = readonly [more: MadeUp, how?: Writing, cut?: number];

const at = (z: number): MadeUp => ({ [TAG.position]: ['DS', [0, 0, z]] });
const uid = (of: number): MadeUp => ({ [TAG.sopInstance]: ['UI', `1.2.3.4.${of}`] });
const gray = (value: number): MadeUp => ({ [TAG.pixels]: ['OW', Buffer.alloc(2 * 16 * 12, value)] });

/** The only stack of files called 0, 1, …, and what is told of them. */
function stackOf(files: readonly File[]) {
  const folder = tempDir();
  const images = files.map(([more, how, cut = 0], i): Image => {
    const path = join(folder, String(i));
    const bytes = madeUpDicom(madeUpSlice(more), how);
    writeFileSync(path, bytes);
    if (cut > 0) truncateSync(path, bytes.length - cut);
    const image = readImage(path, 'key');
    if (typeof image === 'string') throw new Error(image);
    return image;
  });
  const patients = [{ hospital: 'HN', label: '0', pseudonym: 'p', images }];
  const { stacks, copies, conflicts } = stacksOfPatients(
    patients,
    { isSuv: true, modalityOf: (image) => modalityOf(image, FIRST_MAPPING, null) },
    () => {},
  );
  expect(stacks).toHaveLength(1);
  return {
    taken: stacks[0]?.stack.slices.map(({ image }) => basename(image.path)),
    notes: stacks[0]?.stack.notes.map(({ text }) => text),
    fault: stacks[0]?.stack.fault,
    copies: copies.map(({ path, of, isRival, fault }) => [
      basename(path),
      basename(of),
      isRival ? 'rival' : fault,
    ]),
    conflicts: conflicts.map(({ paths }) => paths.map((path) => basename(path))),
  };
}

const FIRST_MAPPING = { rules: FIRST_RULES, decisions: {} };
const SAME = '1 × the same image in another file, left out';

test.each<[what: string, first: File, second: File]>([
  ['the same bytes', [uid(1)], [uid(1)]],
  ['another transfer syntax', [uid(1)], [uid(1), { explicit: false }]],
  ['another header', [uid(1)], [{ ...uid(1), [TAG.acquisitionNumber]: ['IS', '2'] }]],
])('a copy is left out and told: %s', (_, first, second) => {
  const found = stackOf([first, second, [{ ...uid(2), ...at(5) }]]);
  expect(found).toEqual({
    ...{ taken: ['0', '2'], notes: [SAME], fault: null },
    copies: [['1', '0', null]],
    conflicts: [],
  });
});

test.each<[what: string, more: MadeUp]>([
  ['other pixels', gray(3)],
  ['another scale', { [TAG.slope]: ['DS', '2'] }],
  ['another meaning of black', { [TAG.photometric]: ['CS', 'MONOCHROME1'] }],
  ['another place', at(2)],
  ['another pixel spacing', { [TAG.spacing]: ['DS', [1, 1.005]] }],
  ['a description by which it is another modality', { [TAG.seriesDescription]: ['LO', 'portal'] }],
])('files of one image contradict each other: %s', (_, more) => {
  const found = stackOf([[uid(1)], [{ ...uid(1), ...more }], [{ ...uid(2), ...at(5) }], [uid(1)]]);
  expect(found.conflicts).toEqual([['0', '1']]);
  expect(found.fault).toBe('1 SOPInstanceUID is that of several images');
  // Only the fourth file has the image of the first.
  expect(found.copies).toEqual([
    ['1', '0', 'rival'],
    ['3', '0', null],
  ]);
  expect(found.notes).toEqual([SAME]);
});

test.each([0, 1])(
  'of two copies the whole one is taken, and not the %sth, whose pixels are cut off',
  (torn) => {
    const copies = [0, 1].map((i): File => [uid(1), {}, i === torn ? 20 : 0]);
    const found = stackOf([...copies, [{ ...uid(2), ...at(5) }]]);
    expect(found).toMatchObject({
      ...{ taken: [String(1 - torn), '2'], fault: null, conflicts: [] },
      notes: ['1 × the same image in another file that cannot be read, left out'],
      copies: [[String(torn), String(1 - torn), expect.stringContaining('cut off')]],
    });
  },
);

test('where no copy can be read, one stays, which cannot be written', () => {
  const found = stackOf([
    [uid(1), {}, 20],
    [uid(1), {}, 30],
  ]);
  expect(found).toMatchObject({ taken: ['0'], fault: null, conflicts: [] });
  expect(found.copies).toEqual([['1', '0', expect.stringContaining('cut off')]]);
});

test('slices that all have one UID are slices, each at its place', () => {
  const found = stackOf([0, 5, 10].map((z): File => [{ ...uid(1), ...at(z) }]));
  expect(found).toEqual({ taken: ['0', '1', '2'], notes: [], fault: null, copies: [], conflicts: [] });
  const twice = [0, 5, 10, 5].map((z, i): File => [{ ...uid(1), ...at(z), ...(i === 3 ? gray(3) : {}) }]);
  expect(stackOf(twice).conflicts).toEqual([['1', '3']]);
});

const dose = (agent: MadeUp): MadeUp => {
  const [, [first = {}]] = MADE_UP_PET[TAG.radiopharmaceutical] as unknown as [string, MadeUp[]];
  return { [TAG.radiopharmaceutical]: ['SQ', [{ ...first, ...agent }]] };
};

test.each<[what: string, more: MadeUp]>([
  ['weight', { [TAG.weight]: ['DS', '80'] }],
  ['dose', dose({ [TAG.radionuclideDose]: ['DS', '300000000'] })],
  ['half-life', dose({ [TAG.radionuclideHalfLife]: ['DS', '6500'] })],
  ['time of the injection', dose({ [TAG.radiopharmaceuticalStart]: ['TM', '090000'] })],
  ['time of the series', { [TAG.seriesTime]: ['TM', '100000'] }],
  ['unit', { [TAG.units]: ['CS', 'GML'] }],
])('files of one PET image with another %s contradict each other', (_, more) => {
  const pet = { ...MADE_UP_PET, ...uid(1) };
  const found = stackOf([[pet], [{ ...pet, ...more }], [{ ...MADE_UP_PET, ...uid(2), ...at(5) }]]);
  expect(found.conflicts).toEqual([['0', '1']]);
  // As one number may be written in several ways.
  const same = stackOf([[pet], [{ ...pet, [TAG.weight]: ['DS', '70.00'] }]]);
  expect(same).toMatchObject({ conflicts: [], notes: [SAME] });
});

test('of two PET files the one is taken of which SUV can be computed', () => {
  const pet = { ...MADE_UP_PET, ...uid(1) };
  expect(stackOf([[{ ...pet, [TAG.weight]: ['DS', ''] }], [pet]])).toMatchObject({
    ...{ taken: ['1'], conflicts: [] },
    copies: [['0', '1', expect.stringContaining("the patient's weight is missing")]],
  });
});

test('headers that say something else of the series, and change nothing that is written, are told', () => {
  const more: MadeUp = {
    [TAG.seriesDescription]: ['LO', 'Abdomen'],
    [TAG.kernel]: ['SH', 'B30f'],
    [TAG.studyDate]: ['DA', '20200101'],
  };
  expect(stackOf([[uid(1)], [{ ...uid(1), ...more }], [uid(1)]])).toMatchObject({
    conflicts: [],
    notes: [
      SAME,
      '1 × the same image in another file with another header (SeriesDescription, ConvolutionKernel and the date or time of the examination), left out',
    ],
  });
});
