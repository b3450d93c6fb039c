import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { linkFileAtomic, writeFileAtomic } from './atomic.ts';
import { replaceFolderAtomic } from './folder.ts';

test('a file is replaced whole and nothing else is left in the folder', () => {
  const path = join(tempDir(), 'a', 'b.txt');
  writeFileAtomic(path, 'one');
  writeFileAtomic(path, 'zwei ü');
  expect(readFileSync(path, 'utf8')).toBe('zwei ü');
  expect(readdirSync(join(path, '..'))).toEqual(['b.txt']);
});

test('a device, a pipe and a link to one are not replaced by a file', () => {
  const folder = tempDir();
  const [pipe, out, file] = ['pipe', 'out', 'file'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  execFileSync('mkfifo', [pipe]);
  symlinkSync('/proc/self/fd/1', out);
  for (const path of [pipe, out]) {
    expect(() => writeFileAtomic(path, 'text')).toThrow(/a device or a pipe/);
    expect(() => linkFileAtomic(file, path)).toThrow();
  }
  expect(lstatSync(pipe).isFIFO() && lstatSync(out).isSymbolicLink()).toBe(true);
  symlinkSync('elsewhere', file);
  writeFileAtomic(file, 'text');
  expect(readFileSync(file, 'utf8')).toBe('text');
  expect(readdirSync(folder).sort()).toEqual(['file', 'out', 'pipe']);
});

test('a second name shares the bytes until one of the two is replaced', () => {
  const folder = tempDir();
  const [first, second] = [join(folder, 'first.pth'), join(folder, 'new', 'second.pth')];
  writeFileAtomic(first, 'weights');
  // Twice: one name of a file may be put onto another.
  for (let i = 0; i < 2; i++) linkFileAtomic(first, second);
  expect(statSync(second).ino).toBe(statSync(first).ino);
  expect(readdirSync(join(folder, 'new'))).toEqual(['second.pth']);
  writeFileAtomic(first, 'better weights');
  expect(readFileSync(second, 'utf8')).toBe('weights');
  linkFileAtomic(first, second);
  expect(readFileSync(second, 'utf8')).toBe('better weights');
  expect(() => linkFileAtomic(join(folder, 'none'), second)).toThrow(/does not exist/);
  expect(readFileSync(second, 'utf8')).toBe('better weights');
});

const MEMORY = '/dev/shm';

needs(existsSync(MEMORY), `a file system at ${MEMORY}`)(
  'where links cannot be made, a second name is a copy',
  () => {
    const elsewhere = mkdtempSync(join(MEMORY, 'radweave-'));
    try {
      const [first, second] = [join(tempDir(), 'first.pth'), join(elsewhere, 'second.pth')];
      writeFileAtomic(first, 'weights');
      linkFileAtomic(first, second);
      expect(readFileSync(second, 'utf8')).toBe('weights');
      expect(statSync(first).nlink).toBe(1);
      expect(readdirSync(elsewhere)).toEqual(['second.pth']);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  },
);

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

test('every file is flushed before the folder takes its name, however it was written', async () => {
  const path = join(tempDir(), 'A');
  const probe = await open(join(path, '..', 'probe'), 'w');
  const sync = vi.spyOn(Object.getPrototypeOf(probe), 'sync');
  await probe.close();
  const wasThere: boolean[] = [];
  sync.mockImplementation(async () => {
    wasThere.push(existsSync(path));
  });
  onTestFinished(() => void sync.mockRestore());
  const names = Array.from({ length: 40 }, (_, i) => join(`grade${i % 3}`, `${i}.npy`));
  await replaceFolderAtomic(path, (folder) => {
    for (const name of names) writeFileAtomic(join(folder, name), name);
    writeFileSync(join(folder, 'plain.txt'), 'x');
  });
  expect(wasThere).toEqual(Array.from({ length: 41 }, () => false));
  for (const name of names) expect(readFileSync(join(path, name), 'utf8')).toBe(name);
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
