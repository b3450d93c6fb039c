import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, needShared, peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { openHeader } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { SliceReader } from '../output/slice-values.ts';
import { MADE_UP_PET, type MadeUp, madeUpDicom, madeUpSlice } from '../testing/made-up.ts';
import { type Image, readImage } from './image.ts';
import { type Slice, type Stack, stacksOf } from './stack.ts';

/** Images of one series that differ as told. */
function images(all: readonly MadeUp[]): Image[] {
  const folder = tempDir();
  return all.map((more, i) => {
    const path = join(folder, String(i));
    writeFileSync(path, madeUpDicom(madeUpSlice({ [TAG.sopInstance]: ['UI', `1.2.3.4.${i}`], ...more })));
    const image = readImage(path, 'key');
    if (typeof image === 'string') throw new Error(image);
    return image;
  });
}

const at = (x: number, y: number, z: number): MadeUp => ({ [TAG.position]: ['DS', [x, y, z]] });
const AXES = { sagittal: [0, 1, 0, 0, 0, -1], coronal: [1, 0, 0, 0, 0, -1], oblique: [1, 0, 0, 0, 0.7, 0.7] };

function textsOf(stack: Stack | undefined): string[] | undefined {
  return stack?.notes.map(({ text }) => text);
}

function valuesIn(slice: Slice): Float32Array {
  const { samples, valuesOf } = new SliceReader(null).read(slice);
  return valuesOf(samples);
}

test('slices are ordered by their places along the normal, never by number or name', () => {
  const numbered = [20, 5, 10, 15].map(
    (z, i) => ({ ...at(0, 0, z), [TAG.instanceNumber]: ['IS', String(i)] }) as MadeUp,
  );
  const [stack] = stacksOf(images(numbered));
  expect(stack?.slices.map((slice) => slice.at)).toEqual([5, 10, 15, 20]);
  expect(stack).toMatchObject({
    plane: 'axial',
    distance: 5,
    notes: [],
    fault: null,
    gaps: 0,
    sheared: false,
  });
});

test('a slice without the scaling that others have makes the series a question', () => {
  const scaled = (slope: string, z: number): MadeUp => ({ ...at(0, 0, z), [TAG.slope]: ['DS', slope] });
  const faultOf = (all: readonly MadeUp[]): string | null => stacksOf(images(all))[0]?.fault ?? null;
  expect(faultOf([scaled('2.5', 0), scaled('', 5), scaled('0.5', 10)])).toMatch(
    /^1 of 3 slices lacks Rescale Slope or Intercept, which the others have/,
  );
  expect(faultOf([scaled('2.5', 0), scaled('0.5', 5)])).toBeNull();
  expect(faultOf([scaled('1', 0), scaled('', 5)])).toBeNull();
  expect(faultOf([scaled('', 0), scaled('', 5)])).toBeNull();
});

test('a localizer of three planes is three stacks', () => {
  const planes = Object.values(AXES).map((axis) => ({ [TAG.orientation]: ['DS', axis] }) as MadeUp);
  expect(stacksOf(images(planes)).map(({ plane }) => plane)).toEqual(Object.keys(AXES));
});

test.each<[what: string, places: readonly number[], notes: readonly RegExp[]]>([
  ['even', [0, 5, 10, 15], []],
  ['a gap', [0, 5, 10, 25, 30], [/^1 gap between slices, up to 15 mm where 5 mm is usual$/]],
  ['uneven', [0, 5, 11, 16, 20.5], [/^uneven distances between slices: 4.5 to 6 mm$/]],
])('distances: %s', (_, places, notes) => {
  const [stack] = stacksOf(images(places.map((z) => at(0, 0, z))));
  expect(stack?.notes).toHaveLength(notes.length);
  notes.forEach((note, i) => {
    expect(stack?.notes[i]?.text).toMatch(note);
  });
});

test('a tilted gantry is noticed', () => {
  const [stack] = stacksOf(images([0, 1, 2].map((i) => at(0, 1.5 * i, 5 * i))));
  expect(stack?.sheared).toBe(true);
  expect(textsOf(stack)).toEqual(['tilted gantry: slices are shifted against each other by up to 16.7°']);
});

test('images of one place are parted by what tells them apart, or are a fault', () => {
  const twice = [0, 5, 0, 5].map((z) => at(0, 0, z));
  const [unclear, ...none] = stacksOf(images(twice));
  expect(none).toEqual([]);
  expect(unclear?.fault).toBe('at 2 places lie several images (4 in all), and nothing tells them apart');
  expect(unclear?.notes).toEqual([]);
  const parted = twice.map(
    (more, i) => ({ ...more, [TAG.acquisitionNumber]: ['IS', i < 2 ? '1' : '2'] }) as MadeUp,
  );
  const stacks = stacksOf(images(parted));
  expect(stacks.map(({ slices, fault }) => [slices.length, fault])).toEqual([
    [2, null],
    [2, null],
  ]);
  expect(new Set(stacks.map(({ id }) => id)).size).toBe(2);
});

test('stacks of one series that differ in direction only have names of their own', () => {
  const tilted = (degrees: number): MadeUp => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    return { [TAG.orientation]: ['DS', [1, 0, 0, 0, cos, sin]] };
  };
  const stacks = stacksOf(images([-30, 0, 30].map(tilted)));
  expect(stacks.map(({ plane }) => plane)).toEqual(['axial', 'axial', 'axial']);
  expect(new Set(stacks.map(({ id }) => id)).size).toBe(3);
});

test('slices of two pixel sizes are two stacks; rounding is none', () => {
  const sized = [1, 1.001, 0.5, 0.5].map(
    (mm, i) => ({ ...at(0, 0, 5 * i), [TAG.spacing]: ['DS', [mm, mm]] }) as MadeUp,
  );
  expect(stacksOf(images(sized)).map(({ slices }) => slices.length)).toEqual([2, 2]);
});

test('numbers that are none, as with decimal commas, are told and not read, and no other takes their place', () => {
  const comma = (z: number, more: MadeUp = {}): MadeUp => ({
    ...at(0, 0, z),
    [TAG.spacing]: ['DS', '0,5\\0,5'],
    ...more,
  });
  const [stack] = stacksOf(images([comma(0), comma(5, { [TAG.thickness]: ['DS', '5,0'] })]));
  expect(textsOf(stack)).toEqual([
    'PixelSpacing is no number (0,5\\0,5; so in 2 slices), and not read',
    'SliceThickness is no number (5,0), and not read',
    'pixels are taken for squares',
  ]);
});

test.each<[name: string, tag: number, text: string, fault: string]>([
  ['ImagePositionPatient', TAG.position, '0\\0,5\\3\\4', 'is no number'],
  ['ImagePositionPatient', TAG.position, '1\\2', 'is not three numbers'],
  ['ImageOrientationPatient', TAG.orientation, '1\\0\\0\\0\\1,0\\0', 'is no number'],
  ['ImageOrientationPatient', TAG.orientation, '1\\0\\0\\1\\0\\0', 'is not two directions'],
])(
  'a place that is written and cannot be read is not said to be missing: %s %s %s',
  (name, tag, text, fault) => {
    const [stack] = stacksOf(
      images([at(0, 0, 0), at(0, 0, 5)].map((one) => ({ ...one, [tag]: ['DS', text] }))),
    );
    expect(textsOf(stack)).toEqual([`${name} ${fault} (${text}; so in 2 slices), and not read`]);
    expect(stack?.fault).toBe(`${name} ${fault}, so nobody can say in which order the slices lie`);
  },
);

test.each(['0\\0', '-1\\-1', '0.7'])('a pixel spacing that cannot be true is shown: %s', (text) => {
  const [stack] = stacksOf(images([{ [TAG.spacing]: ['DS', text] }]));
  const fault = `PixelSpacing is not two lengths above 0 (${text}), and not read`;
  expect(textsOf(stack)).toEqual([fault, 'pixels are taken for squares']);
});

test('numbers of PET that are none are told before any SUV is computed, and those of CT, which nobody reads, are not', () => {
  const pet = (weight: string, type: string): MadeUp => ({
    ...MADE_UP_PET,
    [TAG.modality]: ['CS', type],
    [TAG.weight]: ['DS', weight],
    [TAG.radiopharmaceutical]: [
      'SQ',
      [{ [TAG.radionuclideDose]: ['DS', '3,7E+8'], [TAG.radionuclideHalfLife]: ['DS', '6586,2'] }],
    ],
  });
  expect(textsOf(stacksOf(images([pet('70,5', 'PT')]))[0])).toEqual([
    'PatientWeight is no number (70,5), and not read',
    'RadionuclideTotalDose is no number (3,7E+8), and not read',
    'RadionuclideHalfLife is no number (6586,2), and not read',
  ]);
  expect(textsOf(stacksOf(images([pet('70,5', 'CT')]))[0])).toEqual([]);
});

test('radiographs, which have no place, are ordered by their numbers', () => {
  const numbered = [3, 1, 2].map(
    (number) =>
      ({
        [TAG.modality]: ['CS', 'CR'],
        [TAG.position]: ['DS', ''],
        [TAG.instanceNumber]: ['IS', String(number)],
      }) as MadeUp,
  );
  const [stack] = stacksOf(images(numbered));
  expect(stack).toMatchObject({ fault: null, slices: [1, 2, 3].map((number) => ({ image: { number } })) });
});

test('slices without a place cannot be put in order', () => {
  const [stack] = stacksOf(images([{ [TAG.position]: ['DS', ''] }, at(0, 0, 5)]));
  expect(stack?.fault).toContain('position or orientation is missing');
});

test('frames of an enhanced image have places and scales of their own', () => {
  const frame = (z: number, slope: number): MadeUp => ({
    [TAG.planePosition]: ['SQ', [at(0, 0, z)]],
    [TAG.valueTransformation]: ['SQ', [{ [TAG.slope]: ['DS', [slope]], [TAG.intercept]: ['DS', [7]] }]],
  });
  const { [TAG.position]: _, [TAG.orientation]: __, ...plain } = madeUpSlice();
  const folder = tempDir();
  const path = join(folder, 'enhanced');
  const pixels = Buffer.alloc(3 * 2 * 16 * 12, 1);
  const shared = [
    { [TAG.planeOrientation]: ['SQ', [{ [TAG.orientation]: ['DS', [1, 0, 0, 0, 1, 0]] }]] },
  ] as const;
  const elements = {
    ...plain,
    [TAG.frames]: ['IS', '3'],
    [TAG.sharedGroups]: ['SQ', shared as unknown as MadeUp[]],
    [TAG.frameGroups]: ['SQ', [frame(10, 1), frame(0, 2), frame(5, 3)]],
    [TAG.pixels]: ['OW', pixels],
  } as unknown as MadeUp;
  writeFileSync(path, madeUpDicom(elements));
  const [stack] = stacksOf([readImage(path, 'key') as Image]);
  expect(stack?.slices.map((slice) => [slice.at, slice.frame.index])).toEqual([
    [0, 1],
    [5, 2],
    [10, 0],
  ]);
  expect(stack?.slices.map((slice) => valuesIn(slice)[0])).toEqual([257 * 2 + 7, 257 * 3 + 7, 257 + 7]);
});

/** Converts a folder with dcm2niix; prints for each volume the sums of its slices in order, and affine distances. */
const DCM2NIIX = `
import glob, json, subprocess, sys
import dcm2niix, nibabel, numpy as np
subprocess.run([dcm2niix.bin, '-z', 'n', '-m', 'y', '-b', 'n', '-o', sys.argv[2], sys.argv[1]], check=True, stdout=subprocess.DEVNULL)
out = {}
for path in sorted(glob.glob(sys.argv[2] + '/*.nii')):
    image = nibabel.load(path)
    data = np.asarray(image.dataobj, dtype='f8')
    if data.ndim == 3:
        out[path.split('/')[-1]] = dict(sums=data.sum((0, 1)).tolist(), zooms=[float(z) for z in image.header.get_zooms()])
json.dump(out, sys.stdout)
`;

interface Converted {
  sums: number[];
  zooms: number[];
}

peerTest('order and distances are those of dcm2niix', ['dcm2niix', 'nibabel'], (context) => {
  const data = needShared(context, 'data/dicom');
  for (const folder of ['ct-philips/S2010', 'ct-ge', 'mr-structural']) {
    const args = [join(data, folder), tempDir()];
    const converted = pythonJson<Record<string, Converted>>(DCM2NIIX, { args, interpreter: peersPython() });
    const read = filesBelow(join(data, folder)).flatMap((path) => tryImage(path));
    const [stack, ...others] = stacksOf(read);
    expect(others).toEqual([]);
    const sums = (stack as Stack).slices.map((slice) => {
      // dcm2niix keeps the padding.
      const padding = paddingOf(slice);
      return valuesIn(slice).reduce((sum, one) => sum + (Number.isNaN(one) ? padding : one), 0);
    });
    const alike = Object.values(converted).find((one) => sameOrder(one.sums, sums));
    expect(alike, `${folder}: ${Object.keys(converted).join()}`).toBeDefined();
    // Of uneven distances it writes another measure.
    if (folder !== 'ct-ge') expect(alike?.zooms[2], folder).toBeCloseTo(stack?.distance ?? 0, 3);
  }
});

function paddingOf({ image, frame }: Slice): number {
  const [padding = Number.NaN] = openHeader(image.path).dataset.signedShorts(TAG.padding);
  return padding * frame.slope + frame.intercept;
}

function tryImage(path: string): Image[] {
  try {
    const image = readImage(path, 'key');
    return typeof image === 'string' ? [] : [image];
  } catch {
    return [];
  }
}

function sameOrder(theirs: readonly number[], ours: readonly number[]): boolean {
  const isSame = (one: readonly number[]): boolean =>
    one.length === ours.length &&
    one.every((sum, i) => Math.abs(sum - (ours[i] ?? 0)) <= 1e-6 * Math.abs(sum) + 1);
  return isSame(theirs) || isSame([...theirs].reverse());
}
