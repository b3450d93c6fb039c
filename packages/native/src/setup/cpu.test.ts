import { expect, test } from 'vitest';
import { cpuFlags, hasNativeBf16, openBlasCore } from './cpu.ts';

test('features are whole words of the flags line', () => {
  const cpuinfo = 'model name\t: avx2 by name\nflags\t\t: fpu avx512f avx512_bf16x avx512_bf16\n';
  expect(cpuFlags(cpuinfo)).toEqual(['avx512f', 'avx512_bf16']);
  expect(cpuFlags('processor : 0\n')).toBeUndefined();
  expect(hasNativeBf16(cpuFlags(cpuinfo))).toBe(true);
  expect(hasNativeBf16(['avx2', 'avx512f'])).toBe(false);
});

test('OpenBLAS gets kernels for what the CPU can do, also where it does not know the model', () => {
  const intel = (flags: string) => `vendor_id\t: GenuineIntel\nmodel\t\t: 9999\nflags\t\t: fpu ${flags}\n`;
  expect(openBlasCore(intel('avx2 avx512f avx512vl'))).toBe('SkylakeX');
  // Knights Landing has AVX-512, but not what SkylakeX's kernels use.
  expect(openBlasCore(intel('avx2 avx512f'))).toBe('Haswell');
  expect(openBlasCore(intel('avx2').replace('GenuineIntel', 'AuthenticAMD'))).toBe('Zen');
  expect(openBlasCore(intel('sse4_2'))).toBeUndefined();
  expect(openBlasCore('Features : asimd\n')).toBeUndefined();
});
