import { expect, test } from 'vitest';
import { crc32, crc32c, tableCrc32 } from './index.ts';

const DIGITS = Buffer.from('123456789');

test('CRC-32 gives its check value, with and without Node’s own', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 37) % 251);
  expect(tableCrc32(DIGITS)).toBe(0xcbf43926);
  expect(crc32(DIGITS)).toBe(0xcbf43926);
  expect(tableCrc32(bytes)).toBe(crc32(bytes));
  expect(tableCrc32(bytes.subarray(400), tableCrc32(bytes.subarray(0, 400)))).toBe(crc32(bytes));
  expect(crc32(bytes.subarray(400), crc32(bytes.subarray(0, 400)))).toBe(crc32(bytes));
});

test('CRC-32C gives the values of RFC 3720', () => {
  expect(crc32c(DIGITS)).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(DIGITS.subarray(4), crc32c(DIGITS.subarray(0, 4)))).toBe(0xe3069283);
});
