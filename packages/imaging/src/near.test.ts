import { expect, test } from 'vitest';
import { contentHash } from './hash.ts';
import { nearDuplicates } from './near.ts';
import { perceptualHash } from './perceptual.ts';
import { resizeSlice } from './resize/resize.ts';
import { grayImage } from './slice.ts';

/** Numerical Recipes' generator: the same numbers everywhere. */
function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  };
}

const hashOf = (value: bigint): string => value.toString(16).padStart(16, '0');

/** Bits that differ between two hashes. */
const hammingDistance = (a: string, b: string): number =>
  (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;

test('what is no hash is refused', () => {
  expect(() => [...nearDuplicates(['12', '0000000000000000'], 1)]).toThrow(TypeError);
});

test.each([0, 1, 2, 3, 5, 8])('all pairs within %i bits are found, each once', (maxDistance) => {
  const next = randomWords(11);
  const hashes: (string | undefined)[] = [];
  for (let i = 0; i < 60; i++) {
    let value = 0n;
    for (let k = 0; k < 4; k++) value = (value << 16n) | BigInt(next());
    hashes.push(hashOf(value), undefined);
    for (let bits = 0; bits < 8; bits++) {
      value ^= 1n << BigInt(next() % 64);
      hashes.push(hashOf(value));
    }
  }
  const wanted: string[] = [];
  for (const [second, b] of hashes.entries()) {
    for (const [first, a] of hashes.slice(0, second).entries()) {
      if (a === undefined || b === undefined) continue;
      const distance = hammingDistance(a, b);
      if (distance <= maxDistance) wanted.push(`${first} ${second} ${distance}`);
    }
  }
  const found = [...nearDuplicates(hashes, maxDistance)].map((p) => `${p.first} ${p.second} ${p.distance}`);
  expect(found.sort()).toEqual(wanted.sort());
  if (maxDistance > 0) expect(wanted.length).toBeGreaterThan(50);
});

test('a smaller, brighter copy hashes alike; another image does not', () => {
  const wave = (a: number, b: number): Uint8Array =>
    Uint8Array.from({ length: 128 * 96 }, (_, i) => {
      const x = i % 128;
      const y = Math.floor(i / 128);
      return 100 + 50 * Math.sin((x * a) / 20) * Math.cos((y * b) / 15) + (x * y) / 400;
    });
  const image = grayImage(128, 96, wave(1, 1));
  const brighter = grayImage(
    128,
    96,
    wave(1, 1).map((v) => v + 20),
  );
  const other = grayImage(128, 96, wave(2.3, 0.4));
  const hash = perceptualHash(image);
  expect(hammingDistance(hash, perceptualHash(brighter))).toBeLessThanOrEqual(2);
  expect(hammingDistance(hash, perceptualHash(resizeSlice(image, 64, 48)))).toBeLessThanOrEqual(4);
  expect(hammingDistance(hash, perceptualHash(other))).toBeGreaterThan(12);
  expect(perceptualHash(grayImage(5, 5, new Uint8Array(25).fill(9)))).toBe('0000000000000000');
});

test('content hashes tell shape and depth apart, and see subarrays only', () => {
  const pixels = new Uint8Array(12);
  expect(contentHash(grayImage(3, 4, pixels))).not.toBe(contentHash(grayImage(4, 3, pixels)));
  expect(contentHash(grayImage(3, 2, new Uint16Array(6)))).not.toBe(
    contentHash(grayImage(3, 2, pixels.subarray(6))),
  );
  expect(contentHash(grayImage(3, 2, new Uint8Array(6)))).toBe(
    contentHash(grayImage(3, 2, pixels.subarray(6))),
  );
});
