import type { Precision } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { type Capabilities, fastestPrecision, possiblePrecision } from './precision.ts';

const ASKED = remark('precision-asked');

/** Speeds as measured, in slices per second. */
const speeds =
  (known: Partial<Record<Precision, number>>): Capabilities['speedsOf'] =>
  (candidates) => ({
    slices: 8,
    perSecond: candidates.map((precision) => {
      const speed = known[precision];
      if (speed === undefined) throw new Error(`${precision} must not be measured`);
      return { precision, speed };
    }),
    measured: '2026-11-27T10:00:00.000Z',
  });

const able: Omit<Capabilities, 'speedsOf'> = {
  cpuFlags: ['avx512_bf16'],
  hasWinograd: true,
  usesOwnKernels: true,
  hasFloat16: true,
  gpuOf: () => ({ name: 'NVIDIA H100', capability: [9, 0] }),
};

const auto = (cpuFlags: string[], hasWinograd: boolean, known: Partial<Record<Precision, number>>) =>
  fastestPrecision('cpu', { ...able, cpuFlags, hasWinograd, speedsOf: speeds(known) });

test('what the user asks for is taken as it is', () => {
  for (const precision of ['fp32', 'bf16', 'fp32-winograd'] as const) {
    expect(possiblePrecision(precision, ASKED, 'cpu', able)).toEqual({
      precision,
      reason: ASKED,
    });
  }
});

test('without Winograd convolutions the direct ones take their place, and the log says so', () => {
  const lacking = possiblePrecision('fp32-winograd', remark('precision-begun'), 'cpu', {
    ...able,
    hasWinograd: false,
  });
  expect(lacking.precision).toBe('fp32');
  expect(lacking.reason.text).toMatch(/^fp32-winograd as when the run was started, but .* AVX2/);
  expect(possiblePrecision('fp32-winograd', ASKED, 'cuda:0', able)).toMatchObject({
    precision: 'fp32',
    reason: { text: expect.stringContaining('cuDNN') },
  });
});

test('where RADWEAVE_KERNELS=0 takes the Winograd convolutions away, that is the reason given', () => {
  const off = { ...able, cpuFlags: [], hasWinograd: false, usesOwnKernels: false };
  const reasons = [
    possiblePrecision('fp32-winograd', ASKED, 'cpu', off).reason.text,
    fastestPrecision('cpu', { ...off, speedsOf: speeds({}) }).reason.text,
  ];
  for (const reason of reasons) {
    expect(reason).toContain('RADWEAVE_KERNELS=0 switches Winograd convolutions off');
    expect(reason).not.toMatch(/AVX2|machine has neither/);
  }
});

test('bfloat16 without instructions for it is computed as asked, and the log says what it costs', () => {
  expect(possiblePrecision('bf16', ASKED, 'cpu', { ...able, cpuFlags: ['avx2'] })).toMatchObject({
    precision: 'bf16',
    reason: { text: expect.stringContaining('no bfloat16 instructions') },
  });
  expect(possiblePrecision('bf16', ASKED, 'cuda:0', { ...able, cpuFlags: ['avx2'] })).toEqual({
    precision: 'bf16',
    reason: ASKED,
  });
});

test("TF32 is a GPU's: a CPU computes float32, and the log says so", () => {
  expect(possiblePrecision('tf32', ASKED, 'cuda:0', able)).toEqual({
    precision: 'tf32',
    reason: ASKED,
  });
  expect(possiblePrecision('tf32', ASKED, 'cpu', able)).toMatchObject({
    precision: 'fp32',
    reason: { text: expect.stringContaining('only GPUs have it') },
  });
});

test('float16 is computed where the device can, and the log says what it costs', () => {
  const oldLibtorch = { ...able, hasFloat16: false };
  expect(possiblePrecision('fp16', remark('precision-begun'), 'cpu', oldLibtorch)).toMatchObject({
    precision: 'fp32',
    reason: { text: 'fp16 as when the run was started, but on a CPU float16 needs libtorch 2.3 or newer' },
  });
  expect(possiblePrecision('fp16', ASKED, 'cpu', able)).toMatchObject({
    precision: 'fp16',
    reason: { text: expect.stringMatching(/^as requested, but .* fp32 is faster/) },
  });
  const asked = { precision: 'fp16', reason: ASKED };
  expect(possiblePrecision('fp16', ASKED, 'cuda:0', oldLibtorch)).toEqual(asked);
  expect(possiblePrecision('fp16', ASKED, 'cuda:0', gpu([7, 0]))).toEqual(asked);
  expect(possiblePrecision('fp16', ASKED, 'cuda:0', gpu([6, 1]))).toMatchObject({
    precision: 'fp16',
    reason: { text: expect.stringContaining('6.1 has no units for it') },
  });
});

test('auto takes the fastest of what the device has, and the more exact of two that are as fast', () => {
  expect(auto([], false, {}).precision).toBe('fp32');
  expect(auto(['avx512_bf16'], false, { fp32: 10, bf16: 21 })).toMatchObject({
    precision: 'bf16',
    reason: {
      text: 'measured on the machine itself on 2026-11-27 in steps of 8 slices: bf16 21.0, fp32 10.0 slices/s',
    },
  });
  expect(auto(['avx512_bf16'], true, { fp32: 10, bf16: 7, 'fp32-winograd': 16 })).toMatchObject({
    precision: 'fp32-winograd',
    reason: {
      text: 'measured on the machine itself on 2026-11-27 in steps of 8 slices: fp32-winograd 16.0, fp32 10.0, bf16 7.00 slices/s',
    },
  });
  expect(auto(['amx_bf16'], true, { fp32: 10, bf16: 16.6, 'fp32-winograd': 16 }).precision).toBe('bf16');
  expect(auto(['amx_bf16'], true, { fp32: 10, bf16: 16.4, 'fp32-winograd': 16 })).toMatchObject({
    precision: 'fp32-winograd',
    reason: { text: expect.stringMatching(/bf16 16\.4, .* nearly as fast as the fastest, and more exact$/) },
  });
  expect(auto(['avx512_bf16'], true, { fp32: 10, bf16: 7, 'fp32-winograd': 10.2 }).precision).toBe('fp32');
});

test('auto is never slower than the best fixed precision by 5 %', () => {
  const values = [9.4, 9.6, 10, 10.2, 10.6];
  for (const fp32 of values) {
    for (const winograd of values) {
      for (const bf16 of values) {
        const known = { fp32, 'fp32-winograd': winograd, bf16 };
        const { precision } = auto(['avx512_bf16'], true, known);
        const speed = known[precision as keyof typeof known];
        expect(speed * 1.05).toBeGreaterThanOrEqual(Math.max(fp32, winograd, bf16));
      }
    }
  }
});

const gpu = (capability: readonly [number, number] | null, name = 'NVIDIA'): Capabilities => ({
  ...able,
  gpuOf: () => (capability === null ? null : { name, capability }),
  speedsOf: speeds({}),
});

test('on a GPU auto goes by what its units compute', () => {
  for (const capability of [
    [8, 0],
    [8, 9],
    [9, 0],
    [12, 0],
  ] as const) {
    expect(fastestPrecision('cuda:1', gpu(capability))).toMatchObject({
      precision: 'bf16',
      reason: { text: `a GPU of compute capability ${capability.join('.')} computes bfloat16 natively` },
    });
  }
  for (const capability of [
    [7, 0],
    [7, 5],
  ] as const) {
    expect(fastestPrecision('cuda:0', gpu(capability, 'Tesla T4'))).toMatchObject({
      precision: 'fp16',
      reason: {
        text: `a GPU of compute capability ${capability.join('.')} computes float16 natively, bfloat16 not; Radweave is untested on such a card`,
      },
    });
  }
  for (const [capability, name] of [
    [[6, 1], 'NVIDIA GeForce GTX 1080'],
    [[7, 5], 'NVIDIA GeForce GTX 1660 Ti'],
  ] as const) {
    expect(fastestPrecision('cuda:0', gpu(capability, name))).toMatchObject({
      precision: 'fp32',
      reason: { text: expect.stringContaining(`${capability.join('.')} computes neither bfloat16 nor TF32`) },
    });
  }
  expect(fastestPrecision('cuda:0', gpu(null))).toMatchObject({
    precision: 'fp32',
    reason: { text: expect.stringContaining('cannot be read') },
  });
});

test('a GPU without units for bfloat16 and TF32 is told of what they cost, and computes TF32 as float32', () => {
  const turing = gpu([7, 5]);
  expect(possiblePrecision('bf16', ASKED, 'cuda:0', turing)).toMatchObject({
    precision: 'bf16',
    reason: {
      text: 'as requested, but a GPU of compute capability 7.5 has no units for it: fp32 is more exact and may be faster',
    },
  });
  expect(possiblePrecision('tf32', ASKED, 'cuda:0', turing)).toMatchObject({
    precision: 'fp32',
    reason: { text: 'tf32 as requested, but a GPU of compute capability 7.5 has no units for it' },
  });
  expect(possiblePrecision('tf32', ASKED, 'cuda:0', gpu(null)).precision).toBe('tf32');
});
