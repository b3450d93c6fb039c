import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { decodeSlice } from '../decode.ts';
import { encodePng, type PngImage } from './encode.ts';

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * i + 3 * i) % 256);

referenceTest('PIL reads what is written: gray, RGB and 16 bits', ['PIL', 'numpy'], () => {
  const folder = tempDir();
  const images = {
    gray: { width: 19, height: 7, pixels: bytes(133) },
    rgb: { width: 19, height: 7, channels: 3 as const, pixels: bytes(399) },
    wide: { width: 19, height: 7, pixels: Uint16Array.from({ length: 133 }, (_, i) => (i * 7919) % 65536) },
  };
  for (const [name, image] of Object.entries(images)) writeFileSync(join(folder, name), encodePng(image));
  const read = pythonJson<Record<string, number[]>>(
    `import sys, json
import numpy as np
from PIL import Image
print(json.dumps({n: np.asarray(Image.open(sys.argv[1] + '/' + n)).reshape(-1).tolist() for n in ('gray', 'rgb', 'wide')}))`,
    { args: [folder] },
  );
  for (const [name, image] of Object.entries(images)) expect(read[name]).toEqual([...image.pixels]);
});

test('the same image gives the same bytes, and comes back exactly', () => {
  const pixels = Uint16Array.from({ length: 60 }, (_, i) => i * 1000);
  const first = encodePng({ width: 10, height: 6, pixels });
  expect(encodePng({ width: 10, height: 6, pixels }).equals(first)).toBe(true);
  expect(decodeSlice(first, 'x').pixels).toEqual(pixels);
  expect(() => encodePng({ width: 10, height: 7, pixels })).toThrow(RangeError);
});

test.each([
  [1, 300],
  [5, 3],
  // More than is filtered at once, and rows too long for being filtered together.
  [700, 400],
  [70_000, 3],
])('what the filter leaves gives the image again: %i×%i', (width, height) => {
  const pixels = Uint16Array.from({ length: width * height }, (_, i) => (i * i * 40_503) & 0xffff);
  for (const own of [pixels, new Uint8Array(pixels)]) {
    const back = decodeSlice(encodePng({ width, height, pixels: own } as PngImage), 'x').pixels;
    expect(
      Buffer.compare(
        new Uint8Array(back.buffer, back.byteOffset, back.byteLength),
        new Uint8Array(own.buffer),
      ),
    ).toBe(0);
  }
});
