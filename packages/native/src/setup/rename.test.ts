import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { writeTree } from './made-up-trees.test.support.ts';
import { fillFolder, renameWithRetry } from './rename.ts';

/** A rename that fails so often, with this code. */
function failing(times: number, code: string) {
  const calls: string[] = [];
  const rename = (from: unknown): void => {
    calls.push(String(from));
    if (calls.length <= times) throw Object.assign(new Error(code), { code });
  };
  return { calls, rename };
}

test.each(['EPERM', 'EACCES', 'EBUSY'])('on Windows %s, as of a virus scanner, is waited for', (code) => {
  const { calls, rename } = failing(2, code);
  renameWithRetry('a', 'b', { platform: 'win32', rename });
  expect(calls).toHaveLength(3);
});

test('another fault, and any fault elsewhere, is thrown at once', () => {
  for (const [platform, code] of [
    ['win32', 'ENOENT'],
    ['linux', 'EPERM'],
  ] as const) {
    const { calls, rename } = failing(1, code);
    expect(() => renameWithRetry('a', 'b', { platform, rename })).toThrow(code);
    expect(calls).toHaveLength(1);
  }
});

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
