import { expect, test } from 'vitest';
import { montage } from './montage.ts';
import { grayImage, isLowRange } from './slice.ts';

test('cells follow row by row; 16-bit is scaled to the brightest', () => {
  const image = montage(
    [
      grayImage(2, 1, Uint8Array.of(1, 2)),
      grayImage(1, 2, Uint8Array.of(3, 4)),
      grayImage(2, 2, Uint16Array.of(0, 500, 1000, 250)),
    ],
    2,
  );
  expect([image.width, image.height]).toEqual([4, 4]);
  expect([...image.pixels]).toEqual([1, 2, 3, 0, 0, 0, 4, 0, 0, 128, 0, 0, 255, 64, 0, 0]);
  expect(() => montage([], 2)).toThrow(RangeError);
});

test('a quarter of the 16-bit range', () => {
  expect(isLowRange({ bitDepth: 16, max: 16383 })).toBe(true);
  expect(isLowRange({ bitDepth: 16, max: 16384 })).toBe(false);
  expect(isLowRange({ bitDepth: 8, max: 10 })).toBe(false);
});
