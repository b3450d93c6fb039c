import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { explainFileError } from './files/explain.ts';
import { replaceFilesTogether } from './replace-files.ts';

const PLAN = { last: 'summary', obsolete: ['gone'] };

function folderOf(files: readonly string[]): string {
  const folder = tempDir();
  for (const name of files) writeFileSync(join(folder, name), 'old');
  return folder;
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

const fillWith =
  (...names: string[]) =>
  (staging: string): void => {
    for (const name of names) writeFileSync(join(staging, name), 'new');
  };

test('files are replaced together, obsolete ones go, and the rest of the folder stays', async () => {
  const folder = folderOf(['a', 'summary', 'gone', 'notes of the user']);
  await replaceFilesTogether(folder, fillWith('a', 'b', 'summary'), PLAN);
  expect(contents(folder)).toEqual({ a: 'new', b: 'new', summary: 'new', 'notes of the user': 'old' });
});

test('nothing is touched before everything is written', async () => {
  const folder = folderOf(['a', 'summary', 'gone']);
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const fill = (staging: string): void => {
    fillWith('a')(staging);
    throw full;
  };
  await expect(replaceFilesTogether(folder, fill, PLAN)).rejects.toThrow(
    /disk is full.*what was there before is untouched/,
  );
  expect(contents(folder)).toEqual({ a: 'old', summary: 'old', gone: 'old' });
});

test('an error of writing names the file where it was to go, not where it is made', async () => {
  const folder = folderOf(['a']);
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const fill = (staging: string): void => {
    throw explainFileError(full, 'write', join(staging, 'part', 'a'));
  };
  await expect(replaceFilesTogether(folder, fill, PLAN)).rejects.toMatchObject({
    code: 'E_DISK_FULL',
    where: join(folder, 'part', 'a'),
  });
});

test('a rename that fails midway puts the old files back', async () => {
  const folder = folderOf(['a', 'b', 'summary', 'gone']);
  const fill = (staging: string): void => {
    fillWith('a', 'b', 'summary')(staging);
    // Stands where the old b is to be set aside.
    mkdirSync(join(staging, '..', 'old', 'b', 'in the way'), { recursive: true });
  };
  await expect(replaceFilesTogether(folder, fill, PLAN)).rejects.toThrow();
  expect(contents(folder)).toEqual({ a: 'old', b: 'old', summary: 'old', gone: 'old' });
});

test('what a killed replacement left behind is removed by the next', async () => {
  const folder = folderOf(['a']);
  const left = join(folder, '.radweave.1-0123456789abcdef.tmp');
  mkdirSync(join(left, 'new'), { recursive: true });
  writeFileSync(join(left, 'new', 'half'), 'x');
  utimesSync(left, 1, 1);
  await replaceFilesTogether(folder, fillWith('a', 'summary'), PLAN);
  expect(contents(folder)).toEqual({ a: 'new', summary: 'new' });
  rmSync(folder, { recursive: true });
  await replaceFilesTogether(folder, fillWith('summary'), PLAN);
  expect(existsSync(join(folder, 'summary'))).toBe(true);
});

test('a folder in the place of a file is named and stays, and so do the old files', async () => {
  const folder = folderOf(['a', 'summary']);
  mkdirSync(join(folder, 'b'));
  await expect(replaceFilesTogether(folder, fillWith('a', 'b', 'summary'), PLAN)).rejects.toThrow(
    /a folder has the name of the file to write \(.*b\)/,
  );
  rmSync(join(folder, 'b'), { recursive: true });
  expect(contents(folder)).toEqual({ a: 'old', summary: 'old' });
});

test('files in folders that others share are replaced one by one, and the rest of those folders stays', async () => {
  const folder = folderOf(['summary']);
  mkdirSync(join(folder, 'train', 'kept'), { recursive: true });
  writeFileSync(join(folder, 'train', 'a'), 'old');
  const plan = { ...PLAN, shared: ['train', 'val'] };
  const files = ['summary', join('train', 'a'), join('val', 'a')];
  const contentsOf = () => files.map((name) => readFileSync(join(folder, name), 'utf8'));
  await replaceFilesTogether(folder, fillWith(...files), plan);
  expect(contentsOf()).toEqual(['new', 'new', 'new']);
  expect(existsSync(join(folder, 'train', 'kept'))).toBe(true);
  for (const name of files) writeFileSync(join(folder, name), 'old');
  const full = (staging: string): void => {
    fillWith(...files)(staging);
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  await expect(replaceFilesTogether(folder, full, plan)).rejects.toThrow(/the disk is full/);
  expect(contentsOf()).toEqual(['old', 'old', 'old']);
});
