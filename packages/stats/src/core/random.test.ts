import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { Random } from './random.ts';

const XOSHIRO = `
import hashlib, json, struct
def rotl(x, k): return ((x << k) | (x >> (32 - k))) & 0xffffffff
s = list(struct.unpack('<4I', hashlib.sha256(b'42/split').digest()[:16]))
out = []
for _ in range(1000):
    out.append(rotl(s[1] * 5 & 0xffffffff, 7) * 9 & 0xffffffff)
    t = s[1] << 9 & 0xffffffff
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 11)
print(json.dumps(out))
`;

referenceTest('draws the numbers of the published xoshiro128** 1.1', [], () => {
  const random = new Random(42, 'split');
  const drawn = Array.from({ length: 1000 }, () => random.next());
  expect(drawn).toEqual(pythonJson<number[]>(XOSHIRO));
});

test('streams of one seed differ by name, and repeat themselves', () => {
  const draw = (name: string): number[] => {
    const random = new Random(7, name);
    return Array.from({ length: 8 }, () => random.next());
  };
  expect(draw('bootstrap')).toEqual(draw('bootstrap'));
  expect(draw('bootstrap')).not.toEqual(draw('split'));
});

test('below is even over its range and uniform stays in [0, 1)', () => {
  const random = new Random(1, 'even');
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 70_000; i++) {
    const k = random.below(7);
    counts[k] = (counts[k] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  for (let i = 0; i < 10_000; i++) expect(random.uniform()).toBeLessThan(1);
});

test('a fractional seed is a mistake', () => {
  expect(() => new Random(0.5, 'x')).toThrow('seed is 0.5');
});
