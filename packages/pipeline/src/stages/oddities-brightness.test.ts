import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBrightness } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { SIDE, slicePixels, writeSlice } from '@radweave/study/testing/cohort';
import { expect, test } from 'vitest';
import { cohort, patient, warned } from './oddities.test.data.ts';

/** Rewrites every slice of a hospital and modality. */
function disturb(
  raw: string,
  hospital: string,
  change: (pixels: Uint8Array) => Uint8Array | Uint16Array,
): void {
  for (const label of [0, 1]) {
    for (const index of [0, 1]) {
      const own = patient(hospital, label, index);
      const name = `${own.split('/').at(-1)}_a_slice_001.png`;
      const pixels = change(dark(`${own}/${name}`, label));
      const size = { width: SIDE, height: SIDE };
      const png =
        pixels instanceof Uint16Array ? encodePng({ ...size, pixels }) : encodePng({ ...size, pixels });
      writeFileSync(join(raw, own, 'A', name), png);
    }
  }
}

/** Like scans: mostly background. */
function dark(name: string, label: number): Uint8Array {
  return slicePixels(name, label).map((value, i) => (i % SIDE < 24 ? value >> 5 : value));
}

/** Makes the slices of all hospitals mostly background. */
function writeDark(raw: string): void {
  for (const hospital of ['SY', 'ZS']) disturb(raw, hospital, (pixels) => pixels);
  for (const label of [0, 1]) {
    for (const index of [0, 1]) {
      const own = `JM/fold${1 + index}/grade${label}/JM0${label}${index}`;
      writeSlice(raw, `${own}/A/JM0${label}${index}_a_slice_001.png`, dark(own, label));
    }
  }
}

test.each([
  [
    'inverted',
    (p: Uint8Array) => p.map((v) => 255 - v),
    /^SY, A: 4 of 4 slices look inverted \(mean brightness: 0\.\d+, at JM 0\.\d+\)$/,
  ],
  [
    'black',
    (p: Uint8Array) => p.map(() => 0),
    /^SY, A: 4 of 4 slices are blank \(one gray value\): \S+\/\S+\.png(, \S+\/\S+\.png){3}$/,
  ],
  [
    '12 bit',
    (p: Uint8Array) => Uint16Array.from(p, (v) => v * 16),
    /^SY, A: 4 of 4 16-bit slices use less than an eighth/,
  ],
  [
    '12 bit with a white pixel',
    (p: Uint8Array) => Uint16Array.from(p, (v, i) => (i === 7 ? 65535 : v * 16)),
    /^SY, A: 4 of 4 16-bit slices use less than an eighth/,
  ],
  [
    '× 0.4',
    (p: Uint8Array) => p.map((v) => Math.round(v * 0.4)),
    /^SY, A: the slices are much darker than those of JM \(99th percentile: 0\.\d+/,
  ],
  ['× 2', (p: Uint8Array) => p.map((v) => Math.min(255, v * 2)), /^SY, A: the slices are much brighter/],
])('a hospital whose slices are %s is warned of, and drawn', async (_, change, text) => {
  const { raw, config } = cohort();
  writeDark(raw);
  expect(await warned(config)).toEqual([]);
  disturb(raw, 'SY', change);
  expect(await warned(config)).toEqual([expect.stringMatching(text)]);
  const { splits_dir } = config.data;
  const rows = readBrightness(join(splits_dir, 'brightness.csv'));
  const own = rows.filter(({ hospital, modality }) => hospital === 'SY' && modality === 'A');
  expect(own.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
  expect(readFileSync(join(splits_dir, 'brightness_A.svg'), 'utf8')).toMatch(/^<svg[\s\S]*>SY</);
});

test.each([
  [
    'unscaled',
    (p: Uint8Array, isOdd: boolean) => Uint16Array.from(p, (v) => v * (isOdd ? 16 : 257)),
    /^SY, A: 2 of 4 16-bit slices use .* \(99th percentile: 0\.0\d of it\)/,
  ],
  [
    'inverted',
    (p: Uint8Array, isOdd: boolean) => p.map((v) => (isOdd ? 255 - v : v)),
    /^SY, A: 2 of 4 slices look inverted \(mean brightness: 0\.[6-9]\d, at JM 0\.[0-3]\d\)$/,
  ],
])('where some slices are %s, the number said is of those', async (_, change, text) => {
  const { raw, config } = cohort();
  writeDark(raw);
  let count = 0;
  disturb(raw, 'SY', (pixels) => change(pixels, count++ % 2 === 0));
  expect(await warned(config)).toEqual([expect.stringMatching(text)]);
});

test('where a table says who is in which set, home is the hospital of its training patients', async () => {
  const { raw, config } = cohort();
  const sets = { JM: ['train', 'val'], SY: ['test', 'test'], ZS: ['test', 'test'] };
  const rows = Object.entries(sets).flatMap(([hospital, own]) =>
    [0, 1].flatMap((label) => own.map((split, index) => `${hospital}0${label}${index},${hospital},${split}`)),
  );
  config.data.table = join(raw, '..', 'patients.csv');
  config.data.home_hospital = 'of another study';
  writeFileSync(config.data.table, ['patient,hospital,split', ...rows].join('\n'));
  writeDark(raw);
  expect(await warned(config)).toEqual([]);
  disturb(raw, 'SY', (pixels) => pixels.map((value) => 255 - value));
  expect(await warned(config)).toEqual([
    expect.stringMatching(/^SY, A: 4 of 4 slices look inverted .* at JM/),
  ]);
  writeFileSync(
    config.data.table,
    ['patient,hospital,split', ...rows.filter((row) => row.includes('JM'))].join('\n'),
  );
  for (const hospital of ['SY', 'ZS']) rmSync(join(raw, hospital), { recursive: true });
  expect(await warned(config)).toEqual([
    'No hospital other than JM was read: the external test set is empty',
  ]);
});
