import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { buildStore } from '../cohort/build.ts';
import { ImageFault, ImageFaults } from '../fault.ts';
import { encodePng } from '../png/encode.ts';
import { type Resizing, resizeSlice } from '../resize/resize.ts';
import { grayImage } from '../slice.ts';
import { storeKey } from './key.ts';
import { openStore } from './open.ts';

const WIDTH = 12;
const HEIGHT = 9;
const SIZE = WIDTH * HEIGHT;

const pixelsOf = (i: number): Uint8Array =>
  Uint8Array.from({ length: SIZE }, (_, k) => (k * (i + 1) + i) % 256);

function cohort(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const path = join(folder, `${i}.png`);
    writeFileSync(path, encodePng({ width: WIDTH, height: HEIGHT, pixels: pixelsOf(i) }));
    return path;
  });
}

function codeOf(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof ImageFault) return error.code;
    throw error;
  }
  return undefined;
}

function damage(file: string, at: number): void {
  const byte = readFileSync(file).readUInt8(at);
  const open = openSync(file, 'r+');
  writeSync(open, Uint8Array.of(byte ^ 1), 0, 1, at);
  closeSync(open);
}

test('slices come back in any order, and the store is reused until an image changes', async () => {
  const folder = tempDir();
  const paths = cohort(folder, 70);
  const file = join(folder, 'slices.store');
  const built = await buildStore(paths, file, { threads: 2 });
  expect(built).toEqual({ key: await storeKey(paths), reused: false });
  expect((await buildStore(paths, file)).reused).toBe(true);
  const store = openStore(file, built.key);
  expect(store).toMatchObject({ width: WIDTH, height: HEIGHT, bitDepth: 8, count: 70 });
  const into = new Uint8Array(3 * SIZE);
  for (let round = 0; round < 2; round++) {
    store.read([69, 0, 33], into);
    expect(into).toEqual(Uint8Array.from([69, 0, 33].flatMap((i) => [...pixelsOf(i)])));
  }
  expect(() => store.read([70], new Uint8Array(SIZE))).toThrow(RangeError);
  expect(() => store.read([1], into)).toThrow(RangeError);
  expect(() => store.read([1], new Uint16Array(SIZE))).toThrow(TypeError);
  store.close();

  utimesSync(paths[4] ?? '', 1, 1);
  const key = await storeKey(paths);
  expect(codeOf(() => openStore(file, key))).toBe('STORE_STALE');
  expect((await buildStore(paths, file)).reused).toBe(false);
  expect(await storeKey([...paths].reverse())).not.toBe(key);
});

test('one 16-bit slice makes the store 16-bit without loss', async () => {
  const folder = tempDir();
  const paths = cohort(folder, 2);
  const wide = Uint16Array.from({ length: SIZE }, (_, k) => k * 601);
  const third = join(folder, 'wide.png');
  writeFileSync(third, encodePng({ width: WIDTH, height: HEIGHT, pixels: wide }));
  const file = join(folder, 's');
  await buildStore([...paths, third], file);
  using store = openStore(file);
  const into = new Uint16Array(2 * SIZE);
  store.read([2, 1], into);
  expect(into.subarray(0, SIZE)).toEqual(wide);
  const eight = pixelsOf(1);
  expect([...into.subarray(SIZE)].map((v) => Math.fround(v / 65535))).toEqual(
    [...eight].map((v) => Math.fround(v / 255)),
  );
});

test('other sizes and bad images are all listed and nothing is left behind; resizing is on request', async () => {
  const folder = tempDir();
  const paths = cohort(folder, 3);
  const pixels = Uint8Array.from({ length: 400 }, (_, k) => k % 256);
  writeFileSync(paths[1] ?? '', encodePng({ width: 20, height: 20, pixels }));
  const file = join(folder, 's');
  const cut = join(folder, 'cut.png');
  writeFileSync(cut, readFileSync(paths[0] ?? '').subarray(0, 50));
  const failure: unknown = await buildStore([...paths, cut], file).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ImageFaults);
  if (failure instanceof ImageFaults) expect(failure.faults.map(({ code }) => code)).toContain('SIZE');
  await expect(buildStore([...paths, cut], file, { resize: 'stretch' })).rejects.toThrow(/cut\.png/);
  await expect(buildStore(paths, file, { resize: true })).rejects.toThrow(
    /20×20 pixels, not the proportions of 12×9/,
  );
  expect(readdirSync(folder).sort()).toEqual(['0.png', '1.png', '2.png', 'cut.png']);

  const second = async (resize: Resizing): Promise<Uint8Array> => {
    await buildStore(paths, file, { resize });
    using store = openStore(file);
    const into = new Uint8Array(SIZE);
    store.read([1], into);
    return into;
  };
  expect(await second('stretch')).toEqual(resizeSlice(grayImage(20, 20, pixels), WIDTH, HEIGHT).pixels);
  // 27 wide: three columns of black on the left, four on the right.
  const margins = Uint8Array.from({ length: 27 * 20 }, (_, k) => {
    const x = (k % 27) - 3;
    return x < 0 || x >= 20 ? 0 : (pixels[Math.floor(k / 27) * 20 + x] ?? 0);
  });
  expect(await second('pad')).toEqual(resizeSlice(grayImage(27, 20, margins), WIDTH, HEIGHT).pixels);
  writeFileSync(paths[1] ?? '', encodePng({ width: 24, height: 18, pixels: new Uint8Array(432).fill(9) }));
  expect(await second(true)).toEqual(new Uint8Array(SIZE).fill(9));
});

test('two builds at once leave one valid store', async () => {
  const folder = tempDir();
  const paths = cohort(folder, 100);
  const file = join(folder, 's');
  const [first, second] = await Promise.all([buildStore(paths, file), buildStore(paths, file)]);
  expect(first?.key).toBe(second?.key);
  expect(readdirSync(folder).filter((name) => !name.endsWith('.png'))).toEqual(['s']);
  using store = openStore(file, first?.key);
  const into = new Uint8Array(SIZE);
  for (let i = 0; i < 100; i++) {
    store.read([i], into);
    expect(into).toEqual(pixelsOf(i));
  }
});

test('an aborted build leaves nothing', async () => {
  const folder = tempDir();
  const paths = cohort(folder, 300);
  const controller = new AbortController();
  const onProgress = (): void => controller.abort(new Error('stop'));
  const building = buildStore(paths, join(folder, 's'), {
    threads: 1,
    signal: controller.signal,
    onProgress,
  });
  await expect(building).rejects.toThrow('stop');
  expect(readdirSync(folder).filter((name) => !name.endsWith('.png'))).toEqual([]);
});

test('damage anywhere is noticed', async () => {
  const folder = tempDir();
  const paths = cohort(folder, 3);
  const file = join(folder, 's');
  const { key } = await buildStore(paths, file);
  const whole = readFileSync(file);

  damage(file, 4096 + SIZE + 5);
  const store = openStore(file, key);
  const into = new Uint8Array(SIZE);
  store.read([0], into);
  expect(codeOf(() => store.read([1], into))).toBe('STORE_CORRUPT');
  store.close();

  for (const at of [0, 9, 40, statSync(file).size - 1]) {
    writeFileSync(file, whole);
    damage(file, at);
    expect(
      codeOf(() => openStore(file, key)),
      `byte ${at}`,
    ).toBe('STORE_CORRUPT');
  }
  for (const length of [0, 100, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, length));
    expect(
      codeOf(() => openStore(file, key)),
      `${length} bytes`,
    ).toBe('STORE_CORRUPT');
  }
  expect((await buildStore(paths, file)).reused).toBe(false);
  expect(codeOf(() => openStore(join(folder, 'absent')))).toBe('STORE_MISSING');
  expect(codeOf(() => openStore(folder))).toBe('STORE_CORRUPT');
});
