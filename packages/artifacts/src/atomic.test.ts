import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { writeFileAtomic } from './atomic.ts';
import { replaceFolderAtomic } from './folder.ts';

test('a file is replaced whole and nothing else is left in the folder', () => {
  const path = join(tempDir(), 'a', 'b.txt');
  writeFileAtomic(path, 'one');
  writeFileAtomic(path, 'zwei ü');
  expect(readFileSync(path, 'utf8')).toBe('zwei ü');
  expect(readdirSync(join(path, '..'))).toEqual(['b.txt']);
});

test('a failed write keeps the old content and removes its temporary file', () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'taken', 'x'), '');
  expect(() => writeFileAtomic(join(folder, 'taken'), 'text')).toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('pieces are written one after the other; where one cannot be made, the old file stays', () => {
  const path = join(tempDir(), 'b.txt');
  writeFileAtomic(path, ['zwei ', Buffer.from('ü'), '', '!']);
  expect(readFileSync(path, 'utf8')).toBe('zwei ü!');
  function* broken(): Generator<string> {
    yield 'half';
    throw new Error('no more');
  }
  expect(() => writeFileAtomic(path, broken())).toThrow('no more');
  expect(readFileSync(path, 'utf8')).toBe('zwei ü!');
  expect(readdirSync(join(path, '..'))).toEqual(['b.txt']);
});

test('a folder is replaced as a whole; files of the old one do not survive', async () => {
  const path = join(tempDir(), 'A');
  await replaceFolderAtomic(path, (folder) => writeFileSync(join(folder, 'old.npy'), ''));
  const result = await replaceFolderAtomic(path, async (folder) => {
    mkdirSync(join(folder, 'grade0'));
    writeFileSync(join(folder, 'grade0', 'new.npy'), '');
    expect(readdirSync(path)).toEqual(['old.npy']);
    return 7;
  });
  expect(result).toBe(7);
  expect(readdirSync(path)).toEqual(['grade0']);
  expect(readdirSync(join(path, '..'))).toEqual(['A']);
});

test('when filling fails the old folder stays', async () => {
  const path = join(tempDir(), 'A');
  await replaceFolderAtomic(path, (folder) => writeFileSync(join(folder, 'old.npy'), ''));
  const failing = replaceFolderAtomic(path, (folder) => {
    writeFileSync(join(folder, 'half.npy'), '');
    throw new Error('killed');
  });
  await expect(failing).rejects.toThrow('killed');
  expect(readdirSync(path)).toEqual(['old.npy']);
  expect(readdirSync(join(path, '..'))).toEqual(['A']);
});

test('what a killed replacement left is put back or removed', async () => {
  const root = tempDir();
  const path = join(root, 'A');
  mkdirSync(join(root, '.A.99-0badcafe.tmp'));
  mkdirSync(join(root, '.A.99-0badcafe.old'));
  writeFileSync(join(root, '.A.99-0badcafe.old', 'old.npy'), '');
  await expect(
    replaceFolderAtomic(path, () => {
      throw new Error('again');
    }),
  ).rejects.toThrow('again');
  expect(readdirSync(root)).toEqual(['A']);
  expect(existsSync(join(path, 'old.npy'))).toBe(true);
});
