import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { writeTree } from './made-up-trees.test.support.ts';
import { fillFolder } from './whole.ts';

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
