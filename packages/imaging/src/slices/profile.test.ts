import { expect, test } from 'vitest';
import { grayImage } from '../slice.ts';
import { fewGrays, grayProfile, PROFILE_BINS } from './profile.ts';

test('a profile has the mean, the 99th percentile and the histogram of the whole range', () => {
  const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
  const profile = grayProfile(grayImage(16, 16, ramp));
  expect(profile.mean).toBeCloseTo(0.5, 6);
  expect(profile.high).toBeCloseTo(253 / 255, 6);
  expect([...profile.histogram]).toEqual(new Array(PROFILE_BINS).fill(4));
});

test('12-bit values in 16 bits stay in the lowest sixteenth, whatever a few white pixels say', () => {
  const side = 224;
  const wide = Uint16Array.from({ length: side * side }, (_, i) => (i * 7919) % 4096);
  wide.fill(65535, 0, 20);
  const profile = grayProfile(grayImage(side, side, wide));
  expect(profile.high).toBeLessThan(0.0625);
  const sampled = profile.histogram.reduce((sum, count) => sum + count, 0);
  expect(sampled).toBeGreaterThan(1500);
  expect((profile.histogram[0] ?? 0) / sampled).toBeGreaterThan(0.2);
});

test('every column is sampled', () => {
  const side = 224;
  const stripes = Uint8Array.from({ length: side * side }, (_, i) => (i % side < side / 4 ? 255 : 0));
  expect(grayProfile(grayImage(side, side, stripes)).mean).toBeCloseTo(0.25, 1);
});

test('two gray values are a mask; one is a blank slice, three are an image', () => {
  expect(fewGrays({ pixels: Uint8Array.of(0, 1, 0), min: 0, max: 1 })).toBe(2);
  expect(fewGrays({ pixels: Uint16Array.of(7, 65535), min: 7, max: 65535 })).toBe(2);
  expect(fewGrays({ pixels: Uint8Array.of(3, 3), min: 3, max: 3 })).toBe(1);
  expect(fewGrays({ pixels: Uint8Array.of(0, 1, 2), min: 0, max: 2 })).toBe(0);
});
