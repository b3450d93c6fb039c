import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, readSplit, splitPath, writeSplit } from '@radweave/artifacts';
import { decodeSplit, type LoadedSplit, readSliceTable } from '@radweave/network/slices/load';
import type { StageContext } from '@radweave/study/context/events';
import {
  cohortConfig,
  listening,
  makeSplitOwn,
  SIDE,
  slicePixels,
  writeCohortFolders,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { preprocess } from './preprocess.ts';

async function cohort(): Promise<Config> {
  const config = cohortConfig(tempDir());
  writeCohortFolders(config.data.root_dir ?? '');
  await preprocess({ config }, listening());
  return config;
}

const decodeTrain = async ({ data }: Config, context: StageContext): Promise<LoadedSplit> =>
  decodeSplit({ data, split: 'train', modality: 'A', table: readSliceTable(data, 'train', 'A'), context });

async function load(config: Config): Promise<LoadedSplit> {
  const split = await decodeTrain(config, listening());
  onTestFinished(() => split.close());
  return split;
}

/** Changes one bit of the last slice in the store. */
function damage(config: Config, slices: number): void {
  const file = join(config.data.splits_dir, '.slices', 'train_A.slices');
  // Behind the slices stand a checksum of four bytes, a hash of 32 and a byte for each.
  const bytes = readFileSync(file);
  const at = bytes.length - 37 * slices - 1;
  const byte = bytes.readUInt8(at);
  const open = openSync(file, 'r+');
  writeSync(open, Uint8Array.of(byte ^ 1), 0, 1, at);
  closeSync(open);
}

test('slices of 8 and of 16 bit come in the order asked for', async () => {
  const config = await cohort();
  const { pixels, table } = await load(config);
  expect(pixels.bitDepth).toBe(8);
  const [a, b] = [2, 0].map((i) => table.rows[i]?.path ?? '');
  const named = (path = ''): Uint8Array => {
    const place = path.slice((config.data.root_dir ?? '').length + 1);
    return slicePixels(place, place.includes('grade1') ? 1 : 0);
  };
  expect(Buffer.from(pixels.read([2, 0]))).toEqual(Buffer.concat([named(a), named(b)]));
  makeSplitOwn(config);
  const wide = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => 60 * i);
  const [first] = readSplit(splitPath(config.data.splits_dir, 'train', 'A'));
  writeSlice('', first?.path ?? '', wide);
  const { pixels: deep } = await load(config);
  expect(deep.bitDepth).toBe(16);
  expect(deep.read([0])).toEqual(wide);
});

test('images that were replaced since preprocess are refused by name; those written again alike are not', async () => {
  const config = await cohort();
  const [path = '', other = ''] = readSplit(splitPath(config.data.splits_dir, 'train', 'A')).map(
    (slice) => slice.path,
  );
  const [image, another] = [readFileSync(path), readFileSync(other)];
  await load(config);
  writeFileSync(path, image);
  await load(config);
  const refused = (names: string): Promise<void> =>
    expect(decodeTrain(config, listening())).rejects.toMatchObject({
      code: 'E_SLICES_CHANGED',
      message: expect.stringContaining(`newer than it: ${names} (`),
      hint: expect.stringContaining('Run radweave preprocess again'),
    });
  writeFileSync(path, another);
  await refused(path);
  // With the time that it had, a file still tells when its state changed.
  for (const file of [path, other]) {
    writeFileSync(file, image);
    utimesSync(file, 1e9, 1e9);
  }
  await refused(`${path}, ${other}`);
  makeSplitOwn(config);
  await load(config);
});

test('batches are read from the store, of which nothing is kept in memory', async () => {
  const config = await cohort();
  const { pixels, table } = await load(config);
  damage(config, table.length);
  expect(() => pixels.read([0])).not.toThrow();
  expect(() => pixels.read([table.length - 1])).toThrow(/checksum of slice/);
});

test('a slice that a split of one’s own lists twice counts once, and that is said once', async () => {
  const config = await cohort();
  makeSplitOwn(config);
  const path = splitPath(config.data.splits_dir, 'train', 'A');
  const [first = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, `${[first, ...lines, lines[0], lines[1]].join('\n')}\n`);
  const context = listening();
  const split = await decodeTrain(config, context);
  split.close();
  expect(split.table.length).toBe(lines.length);
  const said = context.said.filter((line) => line.includes('lists already'));
  expect(said).toEqual([
    expect.stringMatching(
      /warning: The split file of A in train has 2 rows of slices that it lists already, such as .*each slice counts once/,
    ),
  ]);
});

test('slices of one or two gray values that a split of one’s own lists are a warning, each time it is read', async () => {
  const config = await cohort();
  makeSplitOwn(config);
  const path = splitPath(config.data.splits_dir, 'train', 'A');
  const rows = readSplit(path);
  const box = join(dirname(rows[0]?.path ?? ''), 'zz9.png');
  writeSlice(
    '',
    box,
    Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < 9 ? 255 : 0)),
  );
  const blank = box.replace('zz9', 'zz8');
  writeSlice('', blank, new Uint8Array(SIDE * SIDE).fill(40));
  appendFileSync(path, `${box},${rows[0]?.label}\n${blank},${rows[0]?.label}\n`);
  for (let round = 0; round < 2; round++) {
    const context = listening();
    (await decodeTrain(config, context)).close();
    expect(context.said.join('\n')).toMatch(
      new RegExp(
        `warning: .* two gray values only, as masks have: 1 of ${rows.length + 2} slices, such as .*zz9\\.png`,
      ),
    );
    expect(context.said.join('\n')).toMatch(
      new RegExp(`warning: .* one gray value only: 1 of ${rows.length + 2} slices, such as .*zz8\\.png`),
    );
  }
});

test('masks that a split of one’s own lists are a warning', async () => {
  const config = await cohort();
  makeSplitOwn(config);
  const path = splitPath(config.data.splits_dir, 'train', 'A');
  const rows = readSplit(path).map((slice) => ({ image_path: slice.path, label: slice.label }));
  const mask = (rows[0]?.image_path ?? '').replace('.png', '_mask.png');
  writeSlice('', mask, slicePixels('mask', 0));
  writeSplit(path, [...rows, { image_path: mask, label: rows[0]?.label ?? 0 }]);
  const context = listening();
  (await decodeTrain(config, context)).close();
  expect(context.said.join('\n')).toMatch(
    /warning: Slices of A in train named like masks or labels: 1, such as .*_mask\.png/,
  );
});

test('a store damaged or half made since an earlier run is made again', async () => {
  const config = await cohort();
  const file = join(config.data.splits_dir, '.slices', 'train_A.slices');
  const first = await load(config);
  const all = Array.from({ length: first.table.length }, (_, i) => i);
  const expected = Buffer.from(first.pixels.read(all));
  const whole = readFileSync(file);
  damage(config, first.table.length);
  const context = listening();
  const again = await decodeTrain(config, context);
  expect(Buffer.from(again.pixels.read(all))).toEqual(expected);
  again.close();
  expect(context.said).toEqual([
    expect.stringMatching(/^warning: .*train_A\.slices are damaged.*decoded again/),
  ]);
  for (const half of [whole.subarray(0, 0), whole.subarray(0, 5000), Buffer.alloc(whole.length)]) {
    writeFileSync(file, half);
    const { pixels } = await load(config);
    expect(Buffer.from(pixels.read(all)), `${half.length} bytes`).toEqual(expected);
  }
});

test('a store that cannot be written is told with its path', async () => {
  const config = await cohort();
  const file = join(config.data.splits_dir, '.slices', 'train_A.slices');
  mkdirSync(join(file, 'folder'), { recursive: true });
  await expect(decodeTrain(config, listening())).rejects.toMatchObject({
    name: 'ResourceError',
    code: 'E_NOT_WRITABLE',
    where: file,
  });
});
