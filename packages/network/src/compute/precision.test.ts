import { readdirSync } from 'node:fs';
import type { Precision } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { type Capabilities, fastestPrecision, possiblePrecision, thisMachine } from './precision.ts';
import { cachedSpeed } from './speed.ts';

const speeds = (known: Partial<Record<Precision, number>>) => (precision: Precision) => {
  const speed = known[precision];
  if (speed === undefined) throw new Error(`${precision} must not be measured`);
  return speed;
};

const able: Pick<Capabilities, 'cpuFlags' | 'hasWinograd'> = { cpuFlags: ['avx512_bf16'], hasWinograd: true };

const auto = (cpuFlags: string[], hasWinograd: boolean, known: Partial<Record<Precision, number>>) =>
  fastestPrecision('cpu', { cpuFlags, hasWinograd, speedOf: speeds(known) });

test('what the user asks for is taken as it is', () => {
  for (const precision of ['fp32', 'bf16', 'fp32-winograd'] as const) {
    expect(possiblePrecision(precision, 'as asked', 'cpu', able)).toEqual({
      precision,
      reason: 'as asked',
    });
  }
});

test('without Winograd convolutions the direct ones take their place, and the log says so', () => {
  const lacking = possiblePrecision('fp32-winograd', 'as the run was begun', 'cpu', {
    ...able,
    hasWinograd: false,
  });
  expect(lacking.precision).toBe('fp32');
  expect(lacking.reason).toMatch(/^fp32-winograd as the run was begun, but .* AVX2/);
  expect(possiblePrecision('fp32-winograd', 'as asked', 'cuda:0', able)).toMatchObject({
    precision: 'fp32',
    reason: expect.stringContaining('cuDNN'),
  });
});

test('bfloat16 without instructions for it is computed as asked, and the log says what it costs', () => {
  expect(possiblePrecision('bf16', 'as asked', 'cpu', { ...able, cpuFlags: ['avx2'] })).toEqual({
    precision: 'bf16',
    reason: expect.stringContaining('no bfloat16 instructions'),
  });
  expect(possiblePrecision('bf16', 'as asked', 'cuda:0', { ...able, cpuFlags: ['avx2'] })).toEqual({
    precision: 'bf16',
    reason: 'as asked',
  });
});

test("TF32 is a GPU's: a CPU computes float32, and the log says so", () => {
  expect(possiblePrecision('tf32', 'as asked', 'cuda:0', able)).toEqual({
    precision: 'tf32',
    reason: 'as asked',
  });
  expect(possiblePrecision('tf32', 'as asked', 'cpu', able)).toEqual({
    precision: 'fp32',
    reason: expect.stringContaining("a GPU's"),
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
  // Emulated bfloat16 would take half a minute.
  const precisions: Precision[] = [
    'fp32',
    ...(thisMachine().hasWinograd ? (['fp32-winograd'] as const) : []),
  ];
  for (const precision of precisions) {
    const first = cachedSpeed(precision, folder);
    expect(first).toBeGreaterThan(0);
    expect(cachedSpeed(precision, folder)).toBe(first);
  }
  expect(readdirSync(folder)).toHaveLength(precisions.length);
});
