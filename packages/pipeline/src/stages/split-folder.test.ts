import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, SPLITS, splitPath } from '@radweave/artifacts';
import { loadSplits } from '@radweave/network/training/session-splits';
import { openSplitFolder, requireSplit } from '@radweave/study/cohort/split-folder';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { preprocess } from './preprocess.ts';

async function divided(seed = 1, folder = tempDir()): Promise<Config> {
  const config = cohortConfig(folder);
  config.experiment.seed = seed;
  writeCohortFolders(config.data.root_dir ?? '');
  await preprocess({ config }, listening());
  return config;
}

const record = ({ data }: Config, name: string): string => join(data.splits_dir, name);
const check = ({ data }: Config): void => requireSplit(data.splits_dir, ['A']);

test('a split that another preprocess left half replaced is refused before anything is decoded', async () => {
  const config = await divided(1);
  const before = join(tempDir(), 'before');
  cpSync(config.data.splits_dir, before, { recursive: true });
  check(config);
  config.experiment.seed = 2;
  await preprocess({ config }, listening());
  check(config);
  for (const name of ['train_A.csv', 'val_P.csv', 'cohort.csv', 'summary.json']) {
    const kept = readFileSync(record(config, name));
    copyFileSync(join(before, name), record(config, name));
    expect(() => check(config), name).toThrow(/changed since preprocess wrote it.*preprocess again/);
    writeFileSync(record(config, name), kept);
  }
  renameSync(record(config, 'val_A.csv'), record(config, 'kept.csv'));
  expect(() => check(config)).toThrow(/val_A\.csv/);
  renameSync(record(config, 'kept.csv'), record(config, 'val_A.csv'));
  rmSync(record(config, 'summary.json'));
  expect(() => check(config)).toThrow(/summary\.json is missing/);
  await expect(loadSplits(config, 'A', listening())).rejects.toThrow(/summary\.json is missing/);
  await preprocess({ config }, listening());
  check(config);
});

test('a split file that is cut anywhere, or added to, is told with its rows', async () => {
  const config = await divided(1);
  const path = record(config, 'val_A.csv');
  const whole = readFileSync(path);
  const ends = [0, 1, whole.lastIndexOf('\n', -2) + 1, whole.length - 1];
  const rows = (count: string): RegExp =>
    new RegExp(`changed since preprocess wrote it.*: it has ${count} instead of 9`);
  for (const [i, end] of ends.entries()) {
    writeFileSync(path, whole.subarray(0, end));
    expect(() => check(config), `${end}`).toThrow(rows(['0 rows', '0 rows', '8 rows', '8 rows'][i] ?? ''));
  }
  writeFileSync(path, Buffer.concat([whole, whole.subarray(whole.lastIndexOf('\n', -2) + 1)]));
  expect(() => check(config)).toThrow(rows('10 rows'));
});

test("the files of the user's own split need no summary, but no patient may be in two sets", async () => {
  const config = await divided();
  const own = cohortConfig(tempDir());
  mkdirSync(own.data.splits_dir, { recursive: true });
  for (const split of SPLITS) {
    const { splits_dir } = own.data;
    copyFileSync(splitPath(config.data.splits_dir, split, 'A'), splitPath(splits_dir, split, 'A'));
  }
  check(own);
  const val = splitPath(own.data.splits_dir, 'val', 'A');
  copyFileSync(splitPath(own.data.splits_dir, 'train', 'A'), val);
  expect(() => check(own)).toThrow(/patient JM\w+ is val, JM, label 0 here, but train/);
});

test('a split file of a modality that the summary does not know is refused', async () => {
  const config = await divided();
  writeFileSync(record(config, 'val_T1.csv'), 'image_path,label\n');
  check(config);
  expect(() => requireSplit(config.data.splits_dir, ['T1'])).toThrow(/not of the split that summary\.json/);
});

test('the root of preprocess is remembered: another one is a warning, and listed images are taken', async () => {
  const folder = tempDir();
  const config = await divided(1, folder);
  const warnings = (root: string | null): string[] => {
    const context = listening();
    openSplitFolder({ ...config.data, root_dir: root }, ['A'], context);
    return context.said;
  };
  expect(warnings(join(folder, 'raw'))).toEqual([]);
  expect(warnings(join(folder, 'data', '..', 'raw'))).toEqual([]);
  expect(warnings(null)).toEqual([]);
  expect(warnings('elsewhere').join()).toMatch(
    /^warning: The split was made from .*raw, but data\.root_dir is .*elsewhere\. The images that the split files list are used/,
  );
  const old = { ...config, data: { ...config.data, root_dir: 'elsewhere' } };
  const splits = await loadSplits(old, 'A', listening());
  expect(splits.train.table.rows[0]?.path).toContain(join(folder, 'raw'));
  for (const split of SPLITS) splits[split].close();
  renameSync(join(folder, 'raw'), join(folder, 'moved'));
  expect(warnings(join(folder, 'moved')).join()).toMatch(/That folder is gone/);
});

test('with relative paths, data and splits can be moved together without a warning', async () => {
  const folder = tempDir();
  const config = cohortConfig(join(folder, 'here'));
  config.preprocess.relative_paths = true;
  writeCohortFolders(config.data.root_dir ?? '');
  const { summary } = await preprocess({ config }, listening());
  expect(summary.root_dir).toBe('../../raw');
  renameSync(join(folder, 'here'), join(folder, 'there'));
  const moved = cohortConfig(join(folder, 'there'));
  const context = listening();
  const splits = await loadSplits(moved, 'A', context);
  expect(context.said.filter((text) => text.startsWith('warning'))).toEqual([]);
  expect(splits.train.table.rows[0]?.path).toContain(join(folder, 'there', 'raw'));
  for (const split of SPLITS) splits[split].close();
});

test('a folder that is called as the copy of an edited split file would be is left alone', async () => {
  const config = await divided(1);
  const edited = splitPath(config.data.splits_dir, 'train', 'A');
  mkdirSync(`${edited}.old`);
  const text = `${readFileSync(edited, 'utf8')}x`;
  writeFileSync(edited, text);
  const context = listening();
  await preprocess({ config }, context);
  expect(readFileSync(`${edited}.old2`, 'utf8')).toBe(text);
  expect(context.said.join('\n')).toContain(`copies: ${edited}.old2.`);
});
