import { expect, test } from 'vitest';
import { cpuFlags } from './cpu.ts';

test('features are whole words of the flags line', () => {
  const cpuinfo = 'model name\t: avx2 by name\nflags\t\t: fpu avx512f avx512_bf16x avx512_bf16\n';
  expect(cpuFlags(cpuinfo)).toEqual(['avx512f', 'avx512_bf16']);
  expect(cpuFlags('processor : 0\n')).toBeUndefined();
});
