import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { FileHashes } from './file-hashes.ts';
import { hashFile } from './fingerprint.ts';

test('equal size and time do not hide other content, with or without a memory', () => {
  const folder = tempDir();
  const path = join(folder, 'a.png');
  const memory = join(folder, '.radweave-hashes');
  writeFileSync(path, 'one');
  utimesSync(path, 1, 1);
  const first = new FileHashes(memory);
  expect(first.file(path)).toBe(hashFile(path));
  first.save();
  writeFileSync(path, 'two');
  utimesSync(path, 1, 1);
  for (const hashes of [first, new FileHashes(memory), new FileHashes()]) {
    expect(hashes.file(path)).toBe(hashFile(path));
  }
});

test('a file whose size, times and inode are as before is not read again', () => {
  const folder = tempDir();
  const memory = join(folder, '.radweave-hashes');
  const hashes = new FileHashes(memory);
  // Node.js itself: nothing has changed it in the last two seconds.
  const hash = hashes.file(process.execPath);
  hashes.save();
  const written = readFileSync(memory, 'utf8');
  expect(written).toContain(hash);
  writeFileSync(memory, written.replace(hash, 'f'.repeat(64)));
  expect(new FileHashes(memory).file(process.execPath)).toBe('f'.repeat(64));
  writeFileSync(memory, '{"damaged');
  expect(new FileHashes(memory).file(process.execPath)).toBe(hash);
});

test('a folder is identified by the names and contents below it, through links and despite loops', () => {
  const folder = join(tempDir(), 'root');
  mkdirSync(join(folder, 'JM'), { recursive: true });
  writeFileSync(join(folder, 'JM', 'a.png'), '1');
  writeFileSync(join(folder, 'JM', 'notes.txt'), '1');
  symlinkSync(folder, join(folder, 'JM', 'loop'), 'junction');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'JM', 'broken'));
  const now = (isRead?: (name: string) => boolean): string => new FileHashes().folder(folder, isRead);
  const isPng = (name: string): boolean => name.endsWith('.png');
  const [all, images] = [now(), now(isPng)];
  expect(new FileHashes().fingerprint(folder)).toEqual({ path: folder, kind: 'folder', sha256: all });
  writeFileSync(join(folder, '.radweave.lock'), '');
  expect(now()).toBe(all);
  writeFileSync(join(folder, 'JM', 'notes.txt'), '2');
  expect(now()).not.toBe(all);
  expect(now(isPng)).toBe(images);
  writeFileSync(join(folder, 'JM', 'more.txt'), '');
  expect(now(isPng)).not.toBe(images);
  expect(() => new FileHashes().fingerprint(join(folder, 'none'))).toThrow(/does not exist/);
});
