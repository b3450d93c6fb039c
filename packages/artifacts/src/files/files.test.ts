import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { writeFileAtomic } from '../atomic.ts';
import { RadweaveError, systemCode } from '../errors.ts';
import { hashFile } from '../fingerprint.ts';
import { replaceFolderAtomic } from '../folder.ts';
import { lockFolder } from '../lock/lock.ts';
import { EventWriter } from '../tensorboard/writer.ts';
import { readText } from '../text.ts';
import { explainFileError } from './explain.ts';
import {
  appendFileSync,
  existsSync,
  mkdirSync as makeFolder,
  readdirSync,
  readFileSync,
  statSync,
} from './files.ts';

function system(code: string, fields: object = {}): Error {
  return Object.assign(new Error(`${code}: made up`), { code, ...fields });
}

/** Code → what a user gets when reading and when writing, and the exit code. */
const EXPECTED: Record<string, [read: string, write: string, exit: number]> = {
  ENOSPC: ['E_DISK_FULL', 'E_DISK_FULL', 5],
  EDQUOT: ['E_DISK_FULL', 'E_DISK_FULL', 5],
  EFBIG: ['E_DISK_FULL', 'E_DISK_FULL', 5],
  EACCES: ['E_NOT_READABLE', 'E_NOT_WRITABLE', 5],
  EPERM: ['E_NOT_READABLE', 'E_NOT_WRITABLE', 5],
  EROFS: ['E_NOT_WRITABLE', 'E_NOT_WRITABLE', 5],
  EBUSY: ['E_NOT_WRITABLE', 'E_NOT_WRITABLE', 5],
  EIO: ['E_DISK_FAULT', 'E_DISK_FAULT', 5],
  ESTALE: ['E_DISK_FAULT', 'E_DISK_FAULT', 5],
  EMFILE: ['E_TOO_MANY_FILES', 'E_TOO_MANY_FILES', 5],
  ENOMEM: ['E_NO_MEMORY', 'E_NO_MEMORY', 5],
  ENAMETOOLONG: ['E_NAME_TOO_LONG', 'E_NAME_TOO_LONG', 5],
  ELOOP: ['E_LINK_LOOP', 'E_LINK_LOOP', 3],
  ERR_FS_FILE_TOO_LARGE: ['E_FILE_TOO_LARGE', 'E_FILE_TOO_LARGE', 3],
};

test.each(Object.entries(EXPECTED))(
  '%s has a meaning, the path and an exit code',
  (code, [read, write, exit]) => {
    for (const [doing, expected] of [
      ['read', read],
      ['write', write],
    ] as const) {
      const error = explainFileError(system(code, { path: '/named/by/system' }), doing);
      expect(error).toBeInstanceOf(RadweaveError);
      expect(error).toMatchObject({ code: expected, exitCode: exit, where: '/named/by/system' });
      expect((error as RadweaveError).hint).toMatch(/\w/);
      expect(systemCode(error)).toBe(code);
      expect(explainFileError(error, doing, '/other')).toBe(error);
    }
    expect(explainFileError(system(code), 'write', '/asked')).toMatchObject({ where: '/asked' });
  },
);

test('what is missing is data to be read and a place to be written', () => {
  expect(explainFileError(system('ENOENT'), 'read', 'x')).toMatchObject({
    code: 'E_FILE_MISSING',
    exitCode: 3,
  });
  expect(explainFileError(system('ENOENT'), 'write', 'x')).toMatchObject({
    code: 'E_NOT_WRITABLE',
    exitCode: 5,
  });
});

test('bugs, programs that do not start and connections stay what they are', () => {
  for (const error of [
    new TypeError('bug'),
    system('ENOENT', { syscall: 'spawn cmake' }),
    system('ETIMEDOUT', { syscall: 'connect' }),
    system('ECONNREFUSED'),
    'text',
  ]) {
    expect(explainFileError(error, 'read', '/x')).toBe(error);
  }
});

/** What a call throws. */
async function thrown(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('every function tells the path and the remedy', async () => {
  const folder = tempDir();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const long = join(folder, 'n'.repeat(300));
  const cases: [work: () => unknown, code: string, exit: number][] = [
    [() => readFileSync(folder), 'E_FILE_MISSING', 3],
    [() => readdirSync(file), 'E_FILE_MISSING', 3],
    [() => statSync(join(folder, 'none')), 'E_FILE_MISSING', 3],
    [() => readText(folder), 'E_FILE_MISSING', 3],
    [() => hashFile(folder), 'E_FILE_MISSING', 3],
    [() => existsSync(long), 'E_NAME_TOO_LONG', 5],
    [() => existsSync('a\0b'), 'E_PATH', 2],
    [() => makeFolder(join(file, 'below')), 'E_NOT_WRITABLE', 5],
    [() => appendFileSync(folder, ''), 'E_NOT_WRITABLE', 5],
    [() => writeFileAtomic(long, ''), 'E_NAME_TOO_LONG', 5],
    [() => writeFileAtomic(join(file, 'below', 'x'), ''), 'E_NOT_WRITABLE', 5],
    [() => replaceFolderAtomic(join(file, 'below'), () => 1), 'E_NOT_WRITABLE', 5],
    [() => lockFolder(join(file, 'below'), 'test'), 'E_NOT_WRITABLE', 5],
    [() => new EventWriter(join(file, 'below')), 'E_NOT_WRITABLE', 5],
  ];
  for (const [work, code, exitCode] of cases) {
    const error = await thrown(work);
    expect(error, String(work)).toBeInstanceOf(RadweaveError);
    expect(error, String(work)).toMatchObject({ code, exitCode });
    expect((error as RadweaveError).where, String(work)).toMatch(/\w/);
  }
});

test('missing is what is not there; links in a circle lead to nothing', () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'a'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('loop', join(folder, 'loop'));
  expect(existsSync(join(folder, 'a'))).toBe(true);
  for (const name of ['none', 'file/below', 'loop']) expect(existsSync(join(folder, name)), name).toBe(false);
});

test('a file of more than 2 GiB is told as such', () => {
  const path = join(tempDir(), 'model.json');
  writeFileSync(path, '');
  truncateSync(path, 3 * 2 ** 30);
  for (const read of [readText, readFileSync]) {
    expect(() => read(path)).toThrow(
      expect.objectContaining({ code: 'E_FILE_TOO_LARGE', exitCode: 3, where: path }),
    );
  }
});

onLinux('a folder that cannot be made below one that is there is told at once', () => {
  expect(() => makeFolder('/proc/radweave/x', { recursive: true })).toThrow(
    expect.objectContaining({ exitCode: 5, where: '/proc/radweave/x' }),
  );
});

test('folders are made as far as they are missing', () => {
  const top = tempDir();
  const path = join(top, 'a', 'b', 'c');
  expect(makeFolder(path, { recursive: true })).toBe(join(top, 'a'));
  expect(makeFolder(path, { recursive: true })).toBeUndefined();
  expect(makeFolder(join(path, 'd'), { recursive: true })).toBe(join(path, 'd'));
  writeFileSync(join(top, 'file'), '');
  for (const place of ['file', 'file/x']) {
    expect(() => makeFolder(join(top, place), { recursive: true })).toThrow(
      expect.objectContaining({ exitCode: 5 }),
    );
  }
});
