import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grayImage } from '@radweave/imaging';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { TAG } from '../dicom/tags.ts';
import { type Image, readImage } from '../series/image.ts';
import { type Stack, stacksOf } from '../series/stack.ts';
import { type MadeUp, madeUpDicom, madeUpSlice } from '../testing/made-up.ts';
import { fitted } from './fit.ts';
import type { PixelOptions } from './options.ts';
import { render } from './render.ts';

const white = (width: number, height: number) =>
  grayImage(width, height, new Uint8Array(width * height).fill(200));

test.each<[what: string, args: Parameters<typeof fitted>, width: number, height: number, isCut: boolean]>([
  ['padded to a square', [white(20, 10), [1, 1], 40, { kind: 'pad' }], 40, 20, false],
  ['of the physical shape', [white(20, 10), [2, 1], 40, { kind: 'pad' }], 40, 40, false],
  ['stretched', [white(20, 10), [1, 1], 40, { kind: 'stretch' }], 40, 40, false],
  ['of one size of pixels', [white(20, 10), [2, 0.5], 40, { kind: 'spacing', mm: 1 }], 10, 20, false],
  ['cut to the square', [white(20, 10), null, 16, { kind: 'spacing', mm: 0.5 }], 16, 16, true],
])('an image is %s', (_, args, width, height, isCut) => {
  const { image, ...about } = fitted(...args);
  const size = args[2];
  expect(about).toEqual({ width, height, isCut });
  expect([image.width, image.height]).toEqual([size, size]);
  expect(image.pixels.filter((one) => one === 200)).toHaveLength(width * height);
  const left = (size - width) / 2;
  const middle = image.pixels.subarray((size / 2) * size, (size / 2 + 1) * size);
  expect([...middle].indexOf(200)).toBe(left);
});

const PIXELS: PixelOptions = {
  size: 16,
  bits: 8,
  fit: { kind: 'pad' },
  window: { low: -1000, high: 910 },
  volume: { kind: 'percentiles', low: 0, high: 100 },
  suv: 10,
};

/** A stack of slices that are constant, each of a value at a place. */
function constant(slices: readonly [value: number, z: number][], more: MadeUp = {}): Stack {
  const folder = tempDir();
  const images = slices.map(([value, z], i) => {
    const pixels = Buffer.alloc(2 * 16 * 12);
    for (let at = 0; at < 16 * 12; at++) pixels.writeInt16LE(value, 2 * at);
    const path = join(folder, String(i));
    const slice = madeUpSlice({
      [TAG.sopInstance]: ['UI', `1.2.3.${i}`],
      [TAG.position]: ['DS', [0, 0, z]],
      [TAG.pixels]: ['OW', pixels],
      ...more,
    });
    writeFileSync(path, madeUpDicom(slice));
    return readImage(path, 'key') as Image;
  });
  return stacksOf(images)[0] as Stack;
}

const middleOf = (pixels: ArrayLike<number>): number => pixels[8 * 16 + 8] ?? -1;

test('isotropic voxels: planes at equal distances, values between those of the neighbours', () => {
  const stack = constant([
    [-1000, 0],
    [-1000 + 764, 4],
    [-1000 + 1910, 10],
  ]);
  const planes = [...render(stack, { ...PIXELS, fit: { kind: 'spacing', mm: 2 } })];
  expect(planes.map(({ at }) => at)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(planes.map(({ image }) => middleOf(image.pixels))).toEqual([0, 51, 102, 153, 204, 255]);
});

test('without a pixel spacing no pixel is given a size in mm', () => {
  const stack = constant([[0, 0]], { [TAG.spacing]: ['DS', ''] });
  expect(() => [...render(stack, { ...PIXELS, fit: { kind: 'spacing', mm: 2 } })]).toThrow(
    'no pixel spacing is read, so no pixel can become 2 mm wide',
  );
  expect([...render(stack, PIXELS)]).toHaveLength(1);
});

test('what a tilted gantry shifted, or what has gaps, is not brought to equal distances', () => {
  const gap = constant([
    [0, 0],
    [0, 1],
    [0, 2],
    [0, 9],
  ]);
  const isotropic = { ...PIXELS, fit: { kind: 'spacing', mm: 1 } } as const;
  expect(() => [...render(gap, isotropic)]).toThrow('some are missing in between');
  const tilted = { ...gap, gaps: 0, sheared: true };
  expect(() => [...render(tilted, isotropic)]).toThrow('by a tilted gantry (--fit pad keeps them');
});

test('MONOCHROME1 comes out as its inverse', () => {
  const values: [number, number][] = [
    [0, 0],
    [100, 5],
  ];
  const gray = (more: MadeUp): number[] =>
    [...render(constant(values, more), PIXELS)].map(({ image }) => middleOf(image.pixels));
  const plain = gray({});
  expect(plain[1]).toBeGreaterThan(plain[0] ?? 0);
  expect(gray({ [TAG.photometric]: ['CS', 'MONOCHROME1'] })).toEqual(plain.map((one) => 255 - one));
});

test('padding is black, also of MONOCHROME1, and no part of the range of a volume', () => {
  const mr = { [TAG.modality]: ['CS', 'MR'], [TAG.padding]: ['SS', 2000] } as MadeUp;
  const values: [number, number][] = [
    [10, 0],
    [300, 5],
    [2000, 10],
  ];
  const rendered = [...render(constant(values, mr), PIXELS)];
  expect(rendered[0]?.range).toEqual({ low: 10, high: 300 });
  expect(rendered.map(({ image }) => middleOf(image.pixels))).toEqual([0, 255, 0]);
  const inverted = {
    ...mr,
    [TAG.photometric]: ['CS', 'MONOCHROME1'],
    [TAG.paddingLimit]: ['SS', 1900],
  } as MadeUp;
  const dark = [...render(constant(values, inverted), PIXELS)].map(({ image }) => middleOf(image.pixels));
  expect(dark).toEqual([255, 0, 0]);
});

test('a CT that does not say what is 0 HU, or is not in HU, gets no window', () => {
  const ct = (more: MadeUp): unknown => [...render(constant([[40, 0]], more), PIXELS)][0]?.unit;
  expect(ct({ [TAG.rescaleType]: ['LO', 'HU'] })).toBe('HU');
  expect(ct({})).toBe('HU');
  for (const type of ['hu', 'HU_MOD', 'Hounsfield', 'HOUNSFIELD UNITS'])
    expect(ct({ [TAG.rescaleType]: ['LO', type] })).toBe('HU');
  // Unspecified, as the standard writes it.
  expect(() => ct({ [TAG.rescaleType]: ['LO', 'US'] })).toThrow('Rescale Type is US (not specified)');
  expect(ct({ [TAG.rescaleType]: ['LO', 'US'], [TAG.modality]: ['CS', 'MR'] })).toBe('as stored');
  expect(() => ct({ [TAG.intercept]: ['DS', ''] })).toThrow('Rescale Intercept is missing');
  expect(() => ct({ [TAG.slope]: ['DS', ''] })).toThrow('Rescale Slope is missing');
  expect(() => ct({ [TAG.rescaleType]: ['LO', 'MGML'] })).toThrow('the values are in MGML, not in HU');
});

test.each<[what: string, more: MadeUp, message: string]>([
  ['0', { [TAG.slope]: ['DS', '0'] }, 'Rescale Slope is 0'],
  ['text', { [TAG.slope]: ['DS', 'one'] }, 'Rescale Slope is no number'],
  ['NaN', { [TAG.slope]: ['DS', 'nan'] }, 'Rescale Slope is no number'],
  ['infinite', { [TAG.slope]: ['DS', 'Infinity'] }, 'Rescale Slope is no number'],
  [
    'right, with an intercept that is text',
    { [TAG.intercept]: ['DS', 'HU'] },
    'Rescale Intercept is no number',
  ],
])('a slope that is %s is no other slope, of CT, MR and PET', (_, more, message) => {
  for (const type of ['CT', 'MR', 'PT']) {
    const units = { [TAG.modality]: ['CS', type], [TAG.units]: ['CS', 'GML'] } as MadeUp;
    expect(() => [...render(constant([[40, 0]], { ...more, ...units }), PIXELS)]).toThrow(message);
  }
});

test('a negative slope turns values as the file says it', () => {
  const turned: MadeUp = { [TAG.slope]: ['DS', '-1'], [TAG.intercept]: ['DS', '-100'] };
  const [one] = [...render(constant([[400, 0]], turned), PIXELS)];
  const [other] = [...render(constant([[-500, 0]]), PIXELS)];
  expect(middleOf(one?.image.pixels ?? [])).toBe(middleOf(other?.image.pixels ?? [-1]));
});

test('MR is scaled by its own volume, PET by SUV', () => {
  const mr = { [TAG.modality]: ['CS', 'MR'] } as MadeUp;
  const [dark, bright] = [
    ...render(
      constant(
        [
          [10, 0],
          [300, 5],
        ],
        mr,
      ),
      PIXELS,
    ),
  ];
  expect([middleOf(dark?.image.pixels ?? []), middleOf(bright?.image.pixels ?? [])]).toEqual([0, 255]);
  expect(bright).toMatchObject({
    how: expect.stringMatching(/^percentiles 0 and 100 of the volume; 16×16 pixels; 8 bits; padded/),
    range: { low: 10, high: 300 },
  });
  const pet = { [TAG.modality]: ['CS', 'PT'], [TAG.units]: ['CS', 'GML'] } as MadeUp;
  const [uptake] = [...render(constant([[4, 0]], pet), PIXELS)];
  expect(uptake).toMatchObject({ unit: 'SUV', how: expect.stringMatching(/^SUV by body weight;/) });
  expect(middleOf(uptake?.image.pixels ?? [])).toBe(102);
  const unknown = { [TAG.modality]: ['CS', 'PT'] } as MadeUp;
  expect(() => [...render(constant([[4, 0]], unknown), PIXELS)]).toThrow(
    "no SUV can be computed: units 'not said' are not read (--pet volume scales",
  );
});
