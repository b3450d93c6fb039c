import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { ImageFaults } from '../fault.ts';
import { encodePng } from '../png/encode.ts';
import { HEADER_BYTES } from '../store/layout.ts';
import { buildStore } from './build.ts';
import { StoreBuilder } from './builder.ts';

const SIDE = 16;

function slices(folder: string, count: number): string[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, i) => {
    const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_x, k) => (k * (i + 3)) % 251);
    const path = join(folder, `${i}.png`);
    writeFileSync(path, encodePng({ width: SIDE, height: SIDE, pixels }));
    return path;
  });
}

const others = (folder: string): string[] => readdirSync(folder).filter((name) => !name.endsWith('.png'));

test('stores are built in turn, though the calling thread never pauses', async () => {
  const folder = tempDir();
  const [one, two] = [slices(folder, 100), slices(join(folder, 'more'), 40)];
  const builder = new StoreBuilder(2);
  const told: number[] = [];
  const building = [
    builder.build(one, join(folder, 'one'), {}, (done) => told.push(done)),
    builder.build(two, join(folder, 'two'), {}),
  ];
  // Busy until both files are there: only another thread can have made them.
  const isThere = (): boolean => others(folder).filter((name) => /^(one|two)$/.test(name)).length === 2;
  while (!isThere());
  expect(told).toEqual([]);
  const built = await Promise.all(building);
  expect(told.at(-1)).toBe(100);
  for (const [i, paths] of [one, two].entries()) {
    const here = await buildStore(paths, join(folder, `again${i}`));
    expect(built[i]).toEqual(here);
    expect(readFileSync(join(folder, ['one', 'two'][i] ?? ''))).toEqual(
      readFileSync(join(folder, `again${i}`)),
    );
  }
  expect((await builder.build(one, join(folder, 'one'), {})).reused).toBe(true);
  await builder.close();
});

test('an order that fails says why, as it would here, and leaves the others alone', async () => {
  const folder = tempDir();
  const good = slices(folder, 3);
  const cut = join(folder, 'cut.png');
  writeFileSync(cut, readFileSync(good[0] ?? '').subarray(0, 60));
  const builder = new StoreBuilder(1);
  const orders: [string[], string][] = [
    [[...good, cut, join(folder, 'gone.png')], 'a'],
    [[...good, cut], 'b'],
    [good, join('nowhere', 'c')],
    [good, 'd'],
  ];
  const results = await Promise.allSettled(
    orders.map(([paths, name]) => builder.build(paths, join(folder, name), {})),
  );
  const here = await Promise.allSettled(
    orders.map(([paths, name]) => buildStore(paths, join(folder, `${name}.here`))),
  );
  for (const i of [0, 1]) {
    const [there, own] = [results[i], here[i]] as PromiseRejectedResult[];
    expect(there?.reason).toBeInstanceOf(ImageFaults);
    expect(there?.reason.faults).toEqual(own?.reason.faults);
    expect(there?.reason.message).toBe(own?.reason.message);
  }
  expect(results[2]).toMatchObject({ reason: { code: 'ENOENT', syscall: 'open' } });
  expect(results[3]?.status).toBe('fulfilled');
  await builder.close();
  await expect(builder.build(good, join(folder, 'e'), {})).rejects.toThrow('decoding was ended');
  expect(others(folder).sort()).toEqual(['d', 'd.here']);
});

test('a builder that is closed meanwhile leaves nothing half made', async () => {
  const folder = tempDir();
  const paths = slices(folder, 400);
  const builder = new StoreBuilder(1);
  let isUnderWay = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    isUnderWay = resolve;
  });
  const building = builder.build(paths, join(folder, 'store'), {}, () => isUnderWay());
  const refused = expect(building).rejects.toThrow('decoding was ended');
  await begun;
  await builder.close();
  await refused;
  expect(others(folder)).toEqual([]);
});

test('closing waits for the job that each thread is at, not for those that were handed out', async () => {
  const folder = tempDir();
  const side = 512;
  const pixels = Uint8Array.from({ length: side * side }, (_, k) => (k * k) % 251);
  const path = join(folder, '0.png');
  writeFileSync(path, encodePng({ width: side, height: side, pixels }));
  const builder = new StoreBuilder(1);
  const kept = join(folder, 'kept.png');
  const begun = new Promise<void>((resolve) => {
    const keep = (): void => {
      const [half = ''] = others(folder);
      if (!existsSync(kept)) linkSync(join(folder, half), kept);
      resolve();
    };
    builder.build(Array(300).fill(path), join(folder, 'store'), {}, keep).catch(() => undefined);
  });
  await begun;
  await builder.close();
  expect(others(folder)).toEqual([]);
  const store = readFileSync(kept);
  const record = (i: number): Buffer =>
    store.subarray(HEADER_BYTES + i * side * side).subarray(0, side * side);
  expect(record(0)).toEqual(Buffer.from(pixels));
  expect(record(255).every((value) => value === 0)).toBe(true);
});

test('errors of the file system keep their code and path', async () => {
  const folder = tempDir();
  const paths = slices(folder, 2);
  const file = join(folder, 'store');
  mkdirSync(file);
  const fields = ({ code, syscall, dest }: Record<string, unknown>): unknown => ({ code, syscall, dest });
  const here = await buildStore(paths, file).catch(fields);
  const builder = new StoreBuilder(1);
  const there = await builder.build(paths, file, {}).catch(fields);
  await builder.close();
  expect(there).toEqual(here);
  expect(there).toMatchObject({ dest: file });
});

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

// A thread that writes slices ends by an error of Node.js's own, which must come through two threads with its code.
needs(canMount, 'Linux with mounts of a user of its own')(
  'a disk that fills while slices are decoded is told as such',
  () => {
    const folder = tempDir();
    const paths = slices(folder, 500);
    const small = join(folder, 'small');
    mkdirSync(small);
    const code = `
    const { StoreBuilder } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
    const builder = new StoreBuilder(2);
    const why = await builder.build(${JSON.stringify(paths)}, ${JSON.stringify(join(small, 'store'))}, {}).catch((error) => error);
    console.log(why instanceof Error, why.code);
    await builder.close();`;
    const mounted = `mount -t tmpfs -o size=64k none ${small} && exec "$0" --input-type=module -e "$1"`;
    const done = spawnSync('unshare', ['-rm', 'sh', '-c', mounted, process.execPath, code], {
      encoding: 'utf8',
    });
    expect(done).toMatchObject({ stdout: 'true ENOSPC\n', stderr: '', status: 0 });
  },
);
