import { expect, test } from 'vitest';
import { sampleRange } from './range.ts';

test.each([Uint8Array, Uint16Array])('smallest and largest sample wherever they are: %o', (Samples) => {
  const [low, high] = Samples === Uint8Array ? [3, 250] : [258, 65_533];
  // Around whole vectors, and around what is compared at once.
  const lengths = [...Array.from({ length: 40 }, (_, i) => i + 1), 65_535, 65_536, 65_537, 131_072, 131_073];
  for (const length of lengths) {
    for (const at of [0, length >> 1, length - 1]) {
      const samples = new Samples(length).fill(high - 1);
      expect(sampleRange(samples), `${length}`).toEqual({ min: high - 1, max: high - 1 });
      samples[at] = low;
      expect(sampleRange(samples).min, `${at} of ${length}`).toBe(low);
      samples[at] = high;
      expect(sampleRange(samples).max, `${at} of ${length}`).toBe(high);
    }
  }
});

test('samples before do not count for those after', () => {
  sampleRange(Uint8Array.of(0, 255));
  expect(sampleRange(Uint8Array.of(7, 9))).toEqual({ min: 7, max: 9 });
});
