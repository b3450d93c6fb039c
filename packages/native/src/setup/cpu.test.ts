import { expect, test } from 'vitest';
import { cpuFlags, cpuIdentity, hasNativeBf16, openBlasCore } from './cpu.ts';

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

test('processors of one marketing name are told apart by family, model and instructions', () => {
  const epyc = (model: number, flags: string) =>
    `vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: ${model}\nmodel name\t: AMD EPYC\nflags\t\t: ${flags}\n`;
  const zen3 = cpuIdentity(epyc(1, 'fpu avx2'));
  expect(zen3).toMatch(
    /^vendor_id AuthenticAMD, cpu family 25, model 1, model name AMD EPYC, instructions [0-9a-f]{12}$/,
  );
  expect(cpuIdentity(epyc(17, 'fpu avx2'))).not.toBe(zen3);
  expect(cpuIdentity(epyc(1, 'fpu avx2 avx512_bf16'))).not.toBe(zen3);
  expect(cpuIdentity(epyc(1, 'avx2 fpu'))).toBe(zen3);
  const arm = (part: string) =>
    `CPU implementer\t: 0x41\nCPU part\t: ${part}\nFeatures\t: asimd bf16\nBogoMIPS\t: 50\n`;
  expect(cpuIdentity(arm('0xd4f'))).not.toBe(cpuIdentity(arm('0xd0c')));
  expect(cpuIdentity('')).not.toBe('');
});
