import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { encodePng } from '../png/encode.ts';
import type { ScannedSlice } from '../slices/inspect.ts';
import { scanSlices } from './scan.ts';

const pixels = (seed: number): Uint8Array => Uint8Array.from({ length: 48 }, (_, i) => (i * seed) % 256);

const png = (seed: number): Buffer => encodePng({ width: 8, height: 6, pixels: pixels(seed) });

function slices(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const path = join(folder, `${i}.png`);
    writeFileSync(path, png(i));
    return path;
  });
}

async function all(results: AsyncIterable<readonly ScannedSlice[]>): Promise<ScannedSlice[]> {
  const list: ScannedSlice[] = [];
  for await (const batch of results) list.push(...batch);
  return list;
}

test('results come in input order, with progress, whatever the threads', async () => {
  const paths = slices(tempDir(), 200);
  const progress: number[] = [];
  const two = await all(
    scanSlices(paths, { threads: 2, perceptual: true, onProgress: (done) => progress.push(done) }),
  );
  expect(two.map(({ path }) => path)).toEqual(paths);
  expect(progress.at(-1)).toBe(200);
  expect(await all(scanSlices(paths, { threads: 1, perceptual: true }))).toEqual(two);
  expect(two[0]).toMatchObject({ constant: true, width: 8, height: 6, bitDepth: 8, colour: 'gray' });
  expect(two[3]).toMatchObject({
    constant: false,
    contentHash: createHash('sha256').update('8x6x8\n').update(pixels(3)).digest('hex'),
    perceptualHash: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(await all(scanSlices([]))).toEqual([]);
});

test('bad files are results, odd names are fine', async () => {
  const folder = tempDir();
  const at = (name: string): string => join(folder, name);
  for (const name of ['ä 患者, no. 1.png', "it's %20 #1?.png".replace('?', '')])
    writeFileSync(at(name), png(5));
  writeFileSync(at('empty.png'), '');
  writeFileSync(at('cut.png'), png(5).subarray(0, 60));
  mkdirSync(at('folder.png'));
  const names = ['ä 患者, no. 1.png', "it's %20 #1.png", 'empty.png', 'cut.png', 'folder.png', 'absent.png'];
  if (process.platform !== 'win32') {
    symlinkSync(at('loop.png'), at('loop.png'));
    names.push('loop.png');
  }
  const results = await all(scanSlices(names.map(at)));
  const codes = results.map(({ fault }) => fault?.code);
  expect(codes.slice(0, 6)).toEqual([undefined, undefined, 'EMPTY', 'TRUNCATED', 'UNREADABLE', 'UNREADABLE']);
  expect(codes.slice(6).every((code) => code === 'UNREADABLE')).toBe(true);
  expect(results[4]?.fault).toMatchObject({
    where: at('folder.png'),
    text: expect.stringContaining('folder'),
  });
});

test('aborting throws the reason and leaving early ends the threads', async () => {
  const paths = slices(tempDir(), 400);
  const controller = new AbortController();
  const seen: string[] = [];
  const run = async (): Promise<void> => {
    for await (const batch of scanSlices(paths, { threads: 2, signal: controller.signal })) {
      seen.push(...batch.map(({ path }) => path));
      controller.abort(new Error('enough'));
    }
  };
  await expect(run()).rejects.toThrow('enough');
  expect(seen.length).toBeLessThan(400);
  await expect(all(scanSlices(paths, { signal: controller.signal }))).rejects.toThrow('enough');
  for await (const [first] of scanSlices(paths)) {
    expect(first?.path).toBe(paths[0]);
    break;
  }
  await expect(all(scanSlices(paths, { threads: 0 }))).rejects.toThrow(RangeError);
});

test('scans that are left in the middle of decoding never take the process down', () => {
  // Small slices: what is to be hit is the moment between making an inflater and setting it up.
  const paths = slices(tempDir(), 2000);
  const entry = new URL('../../dist/index.js', import.meta.url).href;
  // A process of its own: what is guarded against is its end.
  const source = `
    const { scanSlices } = await import(${JSON.stringify(entry)});
    const paths = ${JSON.stringify(paths)};
    for (let i = 0; i < 40; i++) {
      let seen = 0;
      for await (const batch of scanSlices(paths, { threads: 4 })) if ((seen += batch.length) > 10 * i) break;
    }
    console.log('through');`;
  // A cache without a build: libdeflate has no such moment, so zlib must inflate.
  const env = { ...process.env, RADWEAVE_CACHE: tempDir() };
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', env });
  expect(done).toMatchObject({ status: 0, stdout: 'through\n', stderr: '' });
});
