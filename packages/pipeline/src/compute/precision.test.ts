import { readdirSync } from 'node:fs';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { cachedBf16Speed } from './bf16_speed.ts';
import { resolvePrecision } from './precision.ts';

const never = (): number => {
  throw new Error('must not be measured');
};

test('what the user asks for is taken as it is', () => {
  expect(resolvePrecision('fp32', 'cpu', ['amx_bf16'], never)).toEqual({
    precision: 'fp32',
    reason: 'as asked',
  });
  expect(resolvePrecision('bf16', 'cpu', [], never)).toEqual({ precision: 'bf16', reason: 'as asked' });
});

test('auto takes bfloat16 only where the CPU has it and is faster with it', () => {
  const auto = (flags: string[], speed: () => number) => resolvePrecision('auto', 'cpu', flags, speed);
  expect(auto([], never).precision).toBe('fp32');
  expect(auto(['avx512_bf16'], () => 2.1)).toEqual({
    precision: 'bf16',
    reason: 'this CPU computes bfloat16 natively (avx512_bf16), 2.10 times as fast as float32, measured',
  });
  expect(auto(['avx512_bf16'], () => 0.7)).toEqual({
    precision: 'fp32',
    reason: 'this CPU has avx512_bf16, but bfloat16 is only 0.70 times as fast as float32, measured',
  });
});

test('the speed is measured once and kept', () => {
  const folder = tempDir();
  const first = cachedBf16Speed(folder);
  expect(first).toBeGreaterThan(0);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(cachedBf16Speed(folder)).toBe(first);
});
