import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guardPublishing } from '@radweave/native/rename';
import { tempDir } from '@radweave/testkit';
import { afterEach, expect, test } from 'vitest';
import { StoredTensor } from './stored-tensor.ts';
import { writeTorchFile } from './torch-file.ts';
import { TorchFileWriter } from './torch-file-writer.ts';

const writer = new TorchFileWriter();

afterEach(() => writer.close());

/** A state dict whose tensors lie in shared memory, one of them twice. */
function shared(fill: number): unknown {
  const memory = new SharedArrayBuffer(4096);
  const tensor = (at: number, n: number): StoredTensor =>
    new StoredTensor({ dtype: 'float32', shape: [n], data: new Uint8Array(memory, at, 4 * n).fill(fill) });
  const tied = tensor(0, 16);
  return new Map<string, unknown>([
    ['weight', tied],
    ['tied', tied],
    ['bias', tensor(128, 3)],
    ['none', tensor(192, 0)],
    ['epoch', 3],
  ]);
}

test('the thread writes the bytes that this one would, several files at once too', async () => {
  const folder = tempDir();
  const path = (name: string): string => join(folder, name);
  const values = [1, 2, 3].map(shared);
  await Promise.all(values.map((value, i) => writer.write(path(`${i}.pth`), value)));
  for (const [i, value] of values.entries()) {
    await writeTorchFile(path('here.pth'), value);
    expect(readFileSync(path(`${i}.pth`)).equals(readFileSync(path('here.pth'))), String(i)).toBe(true);
  }
  await writer.close();
  await writer.write(path('0.pth'), values[1]);
  expect(readFileSync(path('0.pth')).equals(readFileSync(path('1.pth')))).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['0.pth', '1.pth', '2.pth', 'here.pth']);
});

test('what keeps a file from being written is told as the file system says it, and nothing is left behind', async () => {
  const folder = tempDir();
  writeFileSync(join(folder, 'old.pth'), 'old');
  mkdirSync(join(folder, 'folder.pth', 'below'), { recursive: true });
  const failing = (name: string, value: unknown): Promise<unknown> =>
    writer.write(join(folder, name), value).catch((error: unknown) => error);
  expect(await failing(join('none', 'x.pth'), shared(1))).toMatchObject({ code: 'ENOENT', syscall: 'open' });
  expect(await failing('folder.pth', shared(1))).toMatchObject({ syscall: 'rename' });
  expect(await failing('old.pth', new Map([['x', () => 1]]))).toBeInstanceOf(TypeError);
  expect(readdirSync(folder).sort()).toEqual(['folder.pth', 'old.pth']);
  expect(readFileSync(join(folder, 'old.pth'), 'utf8')).toBe('old');
  await writer.write(join(folder, 'old.pth'), shared(1));
  expect(readFileSync(join(folder, 'old.pth')).length).toBeGreaterThan(100);
});

test('a file that its process may not write any more gets no name, whoever writes it', async () => {
  const folder = tempDir();
  const end = guardPublishing(() => {
    throw new Error('taken over');
  });
  try {
    await expect(writer.write(join(folder, 'a.pth'), shared(1))).rejects.toThrow('taken over');
    await expect(writeTorchFile(join(folder, 'b.pth'), shared(1))).rejects.toThrow('taken over');
  } finally {
    end();
  }
  expect(readdirSync(folder)).toEqual([]);
});
