import { readdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import { writeAtomically } from './atomic-file.ts';

afterEach(() => vi.restoreAllMocks());

const MiB = 2 ** 20;

/** What every file handle inherits. */
async function handles(): Promise<FileHandle> {
  const handle = await open(join(tempDir(), 'any'), 'w');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

test('a large file is flushed while it is written, and as a whole before it has its name', async () => {
  const prototype = await handles();
  const [folder, calls] = [tempDir(), [] as string[]];
  const path = join(folder, 'large');
  for (const name of ['datasync', 'sync'] as const) {
    const original = prototype[name];
    vi.spyOn(prototype, name).mockImplementation(async function (this: FileHandle) {
      calls.push(name);
      expect(readdirSync(folder)).not.toContain('large');
      await original.call(this);
    });
  }
  const piece = new Uint8Array(10 * MiB).fill(7);
  await writeAtomically(path, async (out) => {
    for (let i = 0; i < 6; i++) await out.write(piece);
  });
  expect(readFileSync(path).equals(Buffer.alloc(60 * MiB, 7))).toBe(true);
  expect(calls.at(-1)).toBe('sync');
  expect(calls.filter((name) => name === 'datasync').length).toBeGreaterThan(0);
});

test('an error that only a flush between told is not lost', async () => {
  const prototype = await handles();
  const folder = tempDir();
  vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(Object.assign(new Error('lost'), { code: 'EIO' }));
  const writing = writeAtomically(join(folder, 'file'), async (out) => {
    for (let i = 0; i < 3; i++) await out.write(new Uint8Array(20 * MiB));
  });
  await expect(writing).rejects.toMatchObject({ code: 'EIO' });
  expect(readdirSync(folder)).toEqual([]);
});
