import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { SetupError } from './errors.ts';
import { writeTree } from './made-up-trees.test.support.ts';
import { fillFolder, writeWhole, writing } from './whole.ts';

test('of two that fill a folder at once the first one stays, if it is whole; a part is replaced', () => {
  const target = join(tempDir(), 'build');
  const isWhole = () => existsSync(join(target, 'b'));
  const fill = (first: Record<string, string>) => () =>
    fillFolder(
      target,
      (staged) => {
        writeTree(staged, { a: 'second', b: 'second' });
        writeTree(target, first);
      },
      isWhole,
    );
  fill({ a: 'first' })();
  expect(readFileSync(join(target, 'a'), 'utf8')).toBe('second');
  fill({ a: 'first', b: 'first' })();
  expect(readFileSync(join(target, 'a'), 'utf8')).toBe('first');
  expect(readdirSync(dirname(target))).toEqual(['build']);
});

test('a folder that cannot be filled leaves nothing', () => {
  const target = join(tempDir(), 'build');
  const fail = (staged: string) => {
    writeTree(staged, { a: '' });
    throw new Error('full');
  };
  expect(() => fillFolder(target, fail, () => false)).toThrow('full');
  expect(readdirSync(dirname(target))).toEqual([]);
});

onLinux('a disk that fills on the way is told with its folder, and nothing is left', () => {
  const target = join(tempDir(), 'build');
  // The system's own device that is always full.
  const fill = (staged: string) => {
    writeTree(staged, { a: '' });
    writeFileSync('/dev/full', 'b');
  };
  expect(() => fillFolder(target, fill, () => false)).toThrow(
    `The disk of ${dirname(target)} is full. Free some space, or set RADWEAVE_CACHE to another folder`,
  );
  expect(readdirSync(dirname(target))).toEqual([]);
});

onLinux('a cache that is not writable is told with its folder, for a record too', () => {
  for (const write of [
    (path: string) => writeWhole(path, 'x'),
    (path: string) =>
      fillFolder(
        path,
        () => undefined,
        () => false,
      ),
  ]) {
    expect(() => write('/sys/kernel/radweave')).toThrow(
      '/sys/kernel is not writable. Correct its permissions, or set RADWEAVE_CACHE to another folder',
    );
  }
});

onLinux('a cache below a file, or where no folder can be made, is told with its folder', () => {
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  const remedy = 'Correct this, or set RADWEAVE_CACHE to another folder';
  for (const [folder, why] of [
    [file, `${file} is a file`],
    [join(file, 'a', 'b'), `${file} is a file`],
    // Node.js's own way of making folders never ends here.
    ['/proc/a/b', 'no folder of that name can be made in /proc (ENOENT)'],
    [
      join(dirname(file), 'x'.repeat(300)),
      `no folder of that name can be made in ${dirname(file)} (ENAMETOOLONG)`,
    ],
  ] as const) {
    expect(() => writeWhole(join(folder, 'x'), '')).toThrow(`${folder} cannot be made: ${why}. ${remedy}`);
  }
});

test("a full disk in another program's words is told the same; other faults come as they are", () => {
  const after = (error: Error) => () =>
    writing('/cache', () => {
      throw error;
    });
  for (const words of [
    'OSError: [Errno 28] No space left on device',
    'Failed to copy to `/cache/x`: disk is full (os error 28)',
    'c1xx: fatal error C1085: There is not enough space on the disk.',
  ]) {
    expect(after(new SetupError(`pip could not fetch libtorch:\n${words}\nEnded`))).toThrow(
      /^The disk of \/cache is full\. Free some space, or set RADWEAVE_CACHE to another folder$/,
    );
  }
  const other = new SetupError('pip could not fetch libtorch:\n407');
  expect(after(other)).toThrow(other);
  const unreadable = Object.assign(new Error('denied'), { code: 'EACCES', path: '/usb/torch.whl' });
  expect(after(unreadable)).toThrow('/usb/torch.whl is not readable. Correct its permissions');
});
