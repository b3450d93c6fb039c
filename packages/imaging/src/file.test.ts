import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { ImageFault } from './fault.ts';
import { readSliceFile } from './file.ts';

const failing = vi.hoisted(() => ({ code: '' }));

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  readSync: () => {
    throw Object.assign(new Error(`${failing.code}: read`), { code: failing.code });
  },
}));

test.each([
  ['EIO', false],
  ['ESTALE', false],
  ['EHOSTUNREACH', false],
  ['EUCLEAN', false],
  ['EMFILE', false],
  ['EACCES', true],
])('%s is a fault of the image: %s', (code, isFault) => {
  const path = join(tempDir(), 'a.png');
  writeFileSync(path, 'x');
  failing.code = code;
  let thrown: unknown;
  try {
    readSliceFile(path);
  } catch (error) {
    thrown = error;
  }
  expect(thrown instanceof ImageFault).toBe(isFault);
  expect(thrown).toMatchObject(isFault ? { code: 'UNREADABLE' } : { code, path });
});

test('a name that is not UTF-8 is told as that', () => {
  expect(() => readSliceFile(join(tempDir(), '\ufffd.png'))).toThrow('its name is not UTF-8: rename it');
});
