import { expect, test } from 'vitest';
import type { PixelFormat } from './format.ts';
import { integers } from './samples.ts';

test.each<[what: string, bitsStored: number, signed: boolean, littleEndian: boolean, expected: number[]]>([
  ['whole words', 16, false, true, [0x1234, 0xfedc]],
  ['signed words', 16, true, true, [0x1234, -292]],
  ['12 of 16 bits', 12, false, true, [0x234, 0xedc]],
  ['12 signed bits', 12, true, true, [0x234, -292]],
  ['big endian', 16, false, false, [0x3412, 0xdcfe]],
])('%s, from a part of larger memory', (_, bitsStored, signed, littleEndian, expected) => {
  const format = { bitsAllocated: 16, bitsStored, highBit: bitsStored - 1, signed } as PixelFormat;
  // A small Buffer lies in memory that it shares with others, at an odd place too.
  const bytes = Buffer.from([0, 0x34, 0x12, 0xdc, 0xfe]).subarray(1);
  expect([...integers(bytes, format, littleEndian)]).toEqual(expected);
  expect([...bytes]).toEqual([0x34, 0x12, 0xdc, 0xfe]);
});
