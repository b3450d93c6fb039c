import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, featureSetPath, readFeatureSet, writeFeatureSet } from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { filesBelow } from '@radweave/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ExtractOptions } from '../work/extract.ts';
import { extract, extractShard } from './extract.ts';
import { preprocess } from './preprocess.ts';

let folder: string;
let config: Config;
let whole: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-shards-'));
  config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'));
  await preprocess({ config }, listening());
  config.training.precision = 'fp32';
  // Of batches that end within patients.
  config.extraction.batch_size = 4;
  config.extraction.slice_index = true;
  await writeRun(config, 'run', 'A', 1, 'mobilenetv3_small_100');
  await extract(asked(), listening());
  whole = contents();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => rmSync(config.data.features_dir, { recursive: true, force: true }));

function asked(more: Partial<ExtractOptions> = {}): ExtractOptions {
  return { config, modality: 'A', align: false, given: [], ...more };
}

/** All files of the features that are there for readers, by name. */
function contents(): Record<string, string> {
  const { features_dir } = config.data;
  const shown = filesBelow(features_dir).filter((path) => !path.includes('.shards'));
  return Object.fromEntries(shown.map((path) => [path, readFileSync(path, 'base64')]));
}

const shards = (): string => join(config.data.features_dir, '.shards', 'extract_A');
const partOf = (number: number, of: number): string => join(shards(), 'parts', `${number}-of-${of}`);
const part = (number: number, of: number, more: Partial<ExtractOptions> = {}) =>
  extractShard({ ...asked(more), shard: { number, of } }, listening());
const merge = (more: Partial<ExtractOptions> = {}, context = listening()) =>
  extractShard({ ...asked(more), shard: 'merge' }, context);

test.each([1, 3, 9])('%i parts that are merged are the files of one process, byte for byte', async (of) => {
  for (let number = of; number > 0; number--) await part(number, of);
  expect(contents()).toEqual({});
  const { merged } = await merge();
  expect(merged).toMatchObject({ modality: 'A', model: 'mobilenetv3_small_100', dims: 1024 });
  expect(contents()).toEqual(whole);
  expect(readdirSync(shards())).toEqual(['files.json', 'merged.json']);
  // Again it does nothing, and says so.
  const context = listening();
  expect(await merge({}, context)).toEqual({ shard: 'merge', folder: shards(), merged: null });
  expect(context.said.join()).toMatch(
    /the slices of A, the model, the checkpoint of A, the images of A and the results have not changed/,
  );
  expect(contents()).toEqual(whole);
});

test('parts that are missing or were killed are named with their commands', async () => {
  await expect(merge()).rejects.toMatchObject({
    code: 'E_SHARDS',
    message: expect.stringContaining('no part'),
  });
  await part(2, 4);
  await part(3, 4);
  // What a kill leaves: files without the record that vouches for them, or half of them elsewhere.
  rmSync(join(partOf(3, 4), 'part.json'));
  mkdirSync(join(partOf(4, 4), '.radweave.1-0123456789abcdef.tmp'), { recursive: true });
  await expect(merge()).rejects.toMatchObject({
    code: 'E_SHARDS',
    exitCode: 3,
    message: expect.stringContaining('3 of 4 parts are missing'),
    hint: 'Run the same command with --shard 1/4, --shard 3/4 and --shard 4/4, then merge again',
  });
  for (const number of [1, 3, 4]) await part(number, 4);
  await merge();
  expect(contents()).toEqual(whole);
});

test('parts of other settings, of other files and of another number of shares are refused', async () => {
  const other = structuredClone(config);
  other.extraction.batch_size = 5;
  await part(1, 2);
  await part(2, 2, { config: other });
  const refused = { code: 'E_SHARDS', exitCode: 3 };
  await expect(merge()).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('part 2/2 cannot be merged: extraction.batch_size changed'),
  });
  await part(2, 2);
  await expect(merge({ model: 'resnet34' })).rejects.toThrow(/part 1\/2 .*: the model changed/);
  // One part under the name of another, and one that was changed.
  renameSync(partOf(2, 2), join(shards(), 'kept'));
  await part(1, 2);
  renameSync(partOf(1, 2), partOf(2, 2));
  await part(1, 2);
  await expect(merge()).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('part 2/2 cannot be merged: shard changed'),
  });
  rmSync(partOf(2, 2), { recursive: true });
  renameSync(join(shards(), 'kept'), partOf(2, 2));
  const rows = join(partOf(2, 2), 'test.f32');
  const bytes = readFileSync(rows);
  writeFileSync(rows, bytes.subarray(1));
  await expect(merge()).rejects.toThrow(/part 2\/2 .*test\.f32 is missing or changed/);
  writeFileSync(rows, bytes);
  await part(1, 3);
  await expect(merge()).rejects.toThrow(/there are parts of 2 and 3 shares, which cannot be merged/);
  expect(contents()).toEqual({});
  // One that is not finished may still be under way.
  rmSync(join(partOf(1, 3), 'part.json'));
  await expect(merge()).rejects.toThrow(/there are parts of 2 and 3 shares, which cannot be merged/);
  rmSync(partOf(1, 3), { recursive: true });
  await merge();
  expect(contents()).toEqual(whole);
});

test('parts of other weights are refused, where no checkpoint is named', async () => {
  await part(1, 2);
  await part(2, 2);
  const set = join(partOf(2, 2), 'val.json');
  const before = readFileSync(set);
  expect(existsSync(featureSetPath(config.data.features_dir, 'val', 'A'))).toBe(false);
  const record = join(partOf(2, 2), 'part.json');
  writeFeatureSet(set, { ...readFeatureSet(set), checkpoint_sha256: '0'.repeat(64) });
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  writeFileSync(record, readFileSync(record, 'utf8').replace(hash(before), hash(readFileSync(set))));
  await expect(merge()).rejects.toMatchObject({
    code: 'E_SHARDS',
    message: expect.stringContaining('differ in checkpoint_sha256'),
  });
});

const image = (): string => join(folder, 'raw', 'SY/grade0/SY000/A/SY000_a_slice_001.png');

test('parts are of the images as they read them: of others they are refused, and one is named', async () => {
  utimesSync(image(), 2, 2);
  const refused = (number: number) =>
    expect(merge()).rejects.toMatchObject({
      code: 'E_SHARDS',
      exitCode: 3,
      message: expect.stringContaining(`images of A have changed since part ${number}/2 was made`),
      where: image(),
    });
  await part(1, 2);
  utimesSync(image(), 1, 1);
  await part(2, 2);
  await refused(1);
  utimesSync(image(), 2, 2);
  await refused(2);
  expect(contents()).toEqual({});
  await part(2, 2);
  await merge();
  expect(contents()).toEqual(whole);
});

test.each<[change: string, why: string, where: () => string, change: () => Promise<unknown>]>([
  ['an image was changed', 'the images of A changed', image, async () => utimesSync(image(), 1, 1)],
  [
    'a network was trained',
    'the checkpoint of A changed',
    () => join(shards(), 'parts'),
    () => writeRun(config, 'newer', 'A', 2, 'mobilenetv3_small_100'),
  ],
])(
  'where since all was merged %s and no share ran again, old features are not passed off',
  async (_, why, where, change) => {
    await part(1, 1);
    await merge();
    await change();
    await expect(merge()).rejects.toMatchObject({
      code: 'E_SHARDS',
      exitCode: 3,
      message: expect.stringContaining(`there is no part to merge, and since all was merged ${why}`),
      where: where(),
    });
    expect(contents()).toEqual(whole);
  },
);
