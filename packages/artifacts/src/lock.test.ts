import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder, lockFolders } from './lock.ts';

function writeLock(folder: string, holder: object): void {
  const base = { pid: 1, host: hostname(), started: '2026-01-01', process_start: null, command: 'train' };
  writeFileSync(join(folder, '.radweave.lock'), JSON.stringify({ ...base, ...holder }));
}

test('a locked folder names its holder until it is released', () => {
  const folder = join(tempDir(), 'out');
  const lock = lockFolder(folder, 'train A');
  expect(() => lockFolder(folder, 'train P')).toThrow(
    `process ${process.pid} on ${hostname()} (train A, since`,
  );
  lock.release();
  lock.release();
  lockFolder(folder, 'train P').release();
  // Nothing was written, so nothing is left; what is written stays.
  expect(existsSync(folder)).toBe(false);
  const again = lockFolder(folder, 'train P');
  writeFileSync(join(folder, 'result'), '');
  again.release();
  expect(readdirSync(folder)).toEqual(['result']);
});

test('the lock of a living process holds, that of a dead one is taken over', async () => {
  const folder = tempDir();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  writeLock(folder, { pid: child.pid });
  expect(() => lockFolder(folder, 'x')).toThrow(/E_LOCKED|in use by process/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = lockFolder(folder, 'x');
  expect(JSON.parse(readFileSync(lock.path, 'utf8'))).toMatchObject({ pid: process.pid, command: 'x' });
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a process number that another process has taken since does not hold the lock', (context) => {
  if (!existsSync('/proc/self/stat')) context.skip('only Linux says when a process started');
  const folder = tempDir();
  writeLock(folder, { pid: process.pid, process_start: '1' });
  lockFolder(folder, 'x').release();
});

test('a process whose folder another has taken over is told by whom, and leaves that lock alone', () => {
  const folder = tempDir();
  const lock = lockFolders({ read: [], write: [folder] }, 'train A');
  expect(lock.lost()).toBeUndefined();
  writeLock(folder, { pid: 7, command: 'train P' });
  expect(lock.lost()).toMatchObject({
    code: 'E_LOCKED',
    message: expect.stringContaining('taken over by process 7'),
  });
  lock.release();
  expect(readdirSync(folder)).toEqual(['.radweave.lock']);
});

test('the lock of another computer is never taken over, and the error says what to delete', () => {
  const folder = tempDir();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  writeLock(folder, { pid: dead, host: 'another-computer' });
  expect(() => lockFolder(folder, 'x')).toThrow(/on another-computer .*delete .*\.radweave\.lock/);
});

test('a lock that was cut off by a crash is taken over', () => {
  const folder = tempDir();
  writeFileSync(join(folder, '.radweave.lock'), '{"pid": 1');
  lockFolder(folder, 'x').release();
});

test('folders that are read and written are locked once each; one that is only read may be unwritable', () => {
  const folder = tempDir();
  const [features, output] = [join(folder, 'features'), join(folder, 'out')];
  const both = lockFolders({ read: [features, output], write: [output] }, 'fuse');
  for (const place of [features, output]) expect(() => lockFolder(place, 'x')).toThrow(/in use by process/);
  both.release();

  const held = lockFolder(features, 'extract');
  expect(() => lockFolders({ read: [features], write: [output] }, 'fuse')).toThrow(/\(extract, since/);
  held.release();

  writeFileSync(join(folder, 'file'), '');
  const unwritable = join(folder, 'file', 'features');
  const one = lockFolders({ read: [unwritable], write: [output] }, 'fuse');
  expect(() => lockFolder(output, 'x')).toThrow(/in use by process/);
  one.release();
  expect(() => lockFolders({ read: [output], write: [unwritable] }, 'fuse')).toThrow(
    expect.objectContaining({ code: 'E_NOT_WRITABLE' }),
  );
  expect(existsSync(output)).toBe(false);
});
