import { expect, test } from 'vitest';
import { lookUp } from './look-up.ts';

test('entries of bytes and of words are looked up, whatever number they are for', () => {
  // More than are looked up at once, and no multiple of those of a turn.
  const numbers = Uint16Array.from({ length: 150_001 }, (_, i) => i * 40_503);
  const words = Uint16Array.from({ length: 65_536 }, (_, i) => 65_535 - i);
  const bytes = Uint8Array.from(words, (entry) => entry >> 5);
  expect(lookUp(numbers, words)).toEqual(numbers.map((number) => words[number] as number));
  expect(lookUp(numbers, bytes)).toEqual(Uint8Array.from(numbers, (number) => bytes[number] as number));
});
