import { createHash } from 'node:crypto';
import { constants, deflateSync } from 'node:zlib';
import { type Inflate, libdeflate } from '@radweave/native/inflate';
import { expect, type TestContext, test } from 'vitest';
import { decodeSlice } from '../decode.ts';
import { ImageFault } from '../fault.ts';
import { sampleBytes } from '../hash.ts';
import { encodePng } from './encode.ts';
import { inflate } from './inflate.ts';

/** Bytes without a pattern, the same on every run. */
function noise(length: number, seed: string): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest();
}

/** Like the filtered rows of an image: mostly small differences, some runs. */
function likeRows(length: number): Buffer {
  const bytes = noise(length, `rows ${length}`);
  return bytes.map((byte, i) => (i % 97 < 30 ? 0 : byte % 7)) as Buffer;
}

/** What comes out, or which fault: what a caller can tell of either way. */
function outcome(stream: Uint8Array, length: number, quick: Inflate | null): string {
  try {
    return Buffer.from(inflate(stream, length, 'here', quick)).toString('latin1');
  } catch (error) {
    if (error instanceof ImageFault) return error.message;
    throw error;
  }
}

function libdeflateOf(context: TestContext): Inflate {
  return libdeflate() ?? context.skip('the system has no libdeflate (Debian: libdeflate0)');
}

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;

test('libdeflate gives what zlib gives, for every kind of block', (context) => {
  const quick = libdeflateOf(context);
  for (const length of [1, 300, 50_400, 200_000, 3_000_000]) {
    const plain = likeRows(length);
    for (const strategy of [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]) {
      for (const level of [0, 1, 9]) {
        const stream = deflateSync(plain, { level, strategy });
        const out = new Uint8Array(length);
        expect(quick(stream, out), `${length} bytes, level ${level}, strategy ${strategy}`).toBe(length);
        expect(plain.equals(out)).toBe(true);
        expect(plain.equals(inflate(stream, length, 'here', quick))).toBe(true);
        expect(plain.equals(inflate(stream, length, 'here', null))).toBe(true);
      }
    }
  }
});

test('a damaged, short, long or followed stream ends in the same way', (context) => {
  const quick = libdeflateOf(context);
  const plain = likeRows(2000);
  const stream = deflateSync(plain);
  const outcomes = new Set<string>();
  const same = (bytes: Uint8Array, length: number): void => {
    const expected = outcome(bytes, length, null);
    expect(outcome(bytes, length, quick)).toBe(expected);
    outcomes.add(expected);
  };
  for (let length = 0; length <= stream.length; length++) same(stream.subarray(0, length), plain.length);
  for (let bit = 0; bit < stream.length * 8; bit++) {
    const damaged = Buffer.from(stream);
    damaged[bit >> 3] = (stream[bit >> 3] as number) ^ (1 << (bit & 7));
    same(damaged, plain.length);
  }
  for (const length of [1, plain.length - 1, plain.length, plain.length + 1]) same(stream, length);
  same(Buffer.concat([stream, noise(9, 'after')]), plain.length);
  for (let i = 0; i < 200; i++) same(noise(64, `stream ${i}`), 100);
  const texts = [...outcomes].filter((text) => text.startsWith('here')).join('\n');
  expect(texts).toMatch(/ends before the last row/);
  expect(texts).toMatch(/longer than the header says/);
  expect(texts).toMatch(/cannot be inflated/);
});

test('a slice keeps its pixels when others are decoded after it', () => {
  const picture = (seed: string) => ({ width: 64, height: 48, pixels: new Uint8Array(noise(64 * 48, seed)) });
  const [first, second] = [picture('first'), picture('second')];
  const decoded = decodeSlice(encodePng(first), 'first');
  decodeSlice(encodePng(second), 'second');
  expect(Buffer.compare(sampleBytes(decoded.pixels), first.pixels)).toBe(0);
});

test('what is not a byte array is refused', (context) => {
  const quick = libdeflateOf(context);
  // @ts-expect-error wrong on purpose
  expect(() => quick('text', new Uint8Array(1))).toThrow(TypeError);
  // @ts-expect-error wrong on purpose
  expect(() => quick(new Uint8Array(1), new Uint16Array(1))).toThrow(TypeError);
});
