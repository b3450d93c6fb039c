import { cpSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRejected, readSplit, splitPath } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { cohortConfig, listening, SIDE, slicePixels, writeSlice } from '@radweave/study/testing/cohort';
import { expect, test } from 'vitest';
import { cohort, slice } from './preprocess.test.data.ts';
import { preprocess } from './preprocess.ts';

test('the summary has a hash of what the images show, wherever and however they are kept', async () => {
  const { folder, raw, config } = cohort();
  const first = (await preprocess({ config }, listening())).summary.slices;
  const copy = cohortConfig(join(folder, 'copy'));
  cpSync(raw, copy.data.root_dir ?? '', { recursive: true });
  expect((await preprocess({ config: copy }, listening())).summary.slices).toEqual(first);
  const [row] = readSplit(splitPath(config.data.splits_dir, 'val', 'P'));
  writeFileSync(row?.path ?? '', encodePng({ width: SIDE, height: SIDE, pixels: slicePixels('another', 0) }));
  const { A, P } = (await preprocess({ config }, listening())).summary.slices ?? {};
  expect(A).toEqual(first?.A);
  expect(P).toMatchObject({ train: first?.P?.train, test: first?.P?.test });
  expect(P?.val).not.toBe(first?.P?.val);
});

test('the same image under two patients is an error; blank slices may be shared', async () => {
  const { raw, config } = cohort();
  const blank = new Uint8Array(SIDE * SIDE);
  for (const patient of ['JM000', 'JM001']) {
    const fold = patient === 'JM000' ? 1 : 2;
    writeSlice(raw, `JM/fold${fold}/grade0/${patient}/A/blank_900.png`, blank);
  }
  const { summary } = await preprocess({ config }, listening());
  expect(summary.files.blank).toBe(2);
  cpSync(
    slice(raw, 'JM/fold1/grade0/JM000/A/JM000_a_slice_001.png'),
    slice(raw, 'SY/grade1/SY010/A/copied.png'),
  );
  await expect(preprocess({ config }, listening())).rejects.toThrow(/JM000 and SY010 share an image/);
  config.preprocess.exclude_conflicts = true;
  expect((await preprocess({ config }, listening())).summary.excluded.conflict).toBe(2);
});

test('bad images stop the run and are listed; --skip_unreadable leaves them out', async () => {
  const { raw, config } = cohort();
  truncateSync(slice(raw, 'JM/fold1/grade0/JM000/A/JM000_a_slice_001.png'), 200);
  writeSlice(raw, 'SY/grade0/SY000/A/small.png', slicePixels('s', 0, 16), 16);
  const colour = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => i % 251);
  const png = encodePng({ width: SIDE, height: SIDE, channels: 3, pixels: colour });
  writeFileSync(slice(raw, 'SY/grade0/SY001/P/colour.png'), png);
  await expect(preprocess({ config }, listening())).rejects.toMatchObject({ exitCode: 3 });
  const rejected = readRejected(join(config.data.splits_dir, 'rejected.csv'));
  expect(rejected.map(({ reason }) => reason.split(':')[0]).sort()).toEqual(['COLOUR', 'SIZE', 'TRUNCATED']);
  config.preprocess.skip_unreadable = true;
  const { summary } = await preprocess({ config }, listening());
  expect(summary.files.rejected).toBe(3);
});

test('slices that are not square are refused, padded or stretched, as asked, and that is said', async () => {
  const { raw, config } = cohort();
  const pixels = Uint8Array.from({ length: 32 * 16 }, (_, i) => i % 251);
  const png = encodePng({ width: 32, height: 16, pixels });
  writeFileSync(slice(raw, 'SY/grade0/SY000/A/wide.png'), png);
  config.data.resize = true;
  await expect(preprocess({ config }, listening())).rejects.toThrow(
    /32×16 is not square[\s\S]*data\.resize=pad[\s\S]*data\.resize=stretch/,
  );
  for (const [resize, said] of [
    ['pad', 'not square, given black margins'],
    ['stretch', 'not square, stretched'],
  ] as const) {
    config.data.resize = resize;
    const { summary } = await preprocess({ config }, listening());
    expect(summary.files[said]).toBe(1);
  }
});

test('RGB with equal channels, 16 bit and another size with --resize are accepted and counted', async () => {
  const { raw, config } = cohort();
  const gray = slicePixels('rgb', 0);
  const rgb = Uint8Array.from({ length: gray.length * 3 }, (_, i) => gray[Math.floor(i / 3)] ?? 0);
  const png = encodePng({ width: SIDE, height: SIDE, channels: 3, pixels: rgb });
  writeFileSync(slice(raw, 'SY/grade0/SY000/A/rgb.png'), png);
  const wide = Uint16Array.from(slicePixels('wide', 0), (value) => value * 10);
  writeSlice(raw, 'SY/grade0/SY000/A/wide.png', wide);
  writeSlice(raw, 'SY/grade0/SY000/A/small.png', slicePixels('s', 0, 16), 16);
  config.data.resize = true;
  const { summary } = await preprocess({ config }, listening());
  expect(summary.files).toMatchObject({
    'color file with equal channels, read as gray': 1,
    '16 bit': 1,
    '16 bit using under a quarter of the range': 1,
  });
});
