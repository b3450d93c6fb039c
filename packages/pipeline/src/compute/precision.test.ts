import { readdirSync } from 'node:fs';
import type { Precision } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { fastestPrecision, possiblePrecision, thisMachine } from './precision.ts';
import { cachedSpeed } from './speed.ts';

const speeds = (known: Partial<Record<Precision, number>>) => (precision: Precision) => {
  const speed = known[precision];
  if (speed === undefined) throw new Error(`${precision} must not be measured`);
  return speed;
};

const auto = (cpuFlags: string[], hasWinograd: boolean, known: Partial<Record<Precision, number>>) =>
  fastestPrecision('cpu', { cpuFlags, hasWinograd, speedOf: speeds(known) });

test('what the user asks for is taken as it is', () => {
  for (const precision of ['fp32', 'bf16', 'fp32-winograd'] as const) {
    expect(possiblePrecision(precision, 'as asked', 'cpu', { hasWinograd: true })).toEqual({
      precision,
      reason: 'as asked',
    });
  }
});

test('without Winograd convolutions the direct ones take their place, and the log says so', () => {
  const lacking = possiblePrecision('fp32-winograd', 'as the run was begun', 'cpu', { hasWinograd: false });
  expect(lacking.precision).toBe('fp32');
  expect(lacking.reason).toMatch(/^fp32-winograd as the run was begun, but .* oneDNN 2/);
  expect(possiblePrecision('fp32-winograd', 'as asked', 'cuda:0', { hasWinograd: true })).toMatchObject({
    precision: 'fp32',
    reason: expect.stringContaining('cuDNN'),
  });
});

test('auto takes the fastest of what the device has, and float32 where nothing gains', () => {
  expect(auto([], false, {}).precision).toBe('fp32');
  expect(auto(['avx512_bf16'], false, { bf16: 2.1 })).toEqual({
    precision: 'bf16',
    reason: 'against fp32, measured here: bf16 2.10 times as fast',
  });
  expect(auto(['avx512_bf16'], true, { bf16: 0.7, 'fp32-winograd': 1.6 })).toEqual({
    precision: 'fp32-winograd',
    reason: 'against fp32, measured here: fp32-winograd 1.60 times as fast, bf16 0.70 times as fast',
  });
  expect(auto(['amx_bf16'], true, { bf16: 3, 'fp32-winograd': 1.6 }).precision).toBe('bf16');
  expect(auto(['avx512_bf16'], true, { bf16: 0.7, 'fp32-winograd': 1.1 }).precision).toBe('fp32');
  expect(fastestPrecision('cuda:1', { cpuFlags: [], hasWinograd: true, speedOf: speeds({}) }).precision).toBe(
    'bf16',
  );
});

test('speeds are measured once and kept', () => {
  const folder = tempDir();
  const precisions: Precision[] = thisMachine().hasWinograd ? ['fp32-winograd', 'bf16'] : ['bf16'];
  for (const precision of precisions) {
    const first = cachedSpeed(precision, folder);
    expect(first).toBeGreaterThan(0);
    expect(cachedSpeed(precision, folder)).toBe(first);
  }
  expect(readdirSync(folder)).toHaveLength(precisions.length);
});
