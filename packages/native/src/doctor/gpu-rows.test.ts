import { expect, test } from 'vitest';
import type { GpuFacts } from '../gpu.ts';
import type { NativeRecord } from '../setup/record.ts';
import type { SeenGpu } from '../setup/verify.ts';
import { cuda, gpuRows, precisions } from './gpu-rows.ts';

const facts = (major: number): GpuFacts => ({
  name: 'NVIDIA Card',
  capability: [major, 0],
  bytes: 2 ** 33,
  multiprocessors: 1,
  driver: 12040,
  runtime: 12060,
});
const gpu = (major: number, index = 0): SeenGpu => ({
  device: `cuda:${index}`,
  facts: facts(major),
  fault: null,
});
const record = (
  of: NativeRecord['libtorch']['gpu'],
  cudaAddon: string | null = '/addon',
): Pick<NativeRecord, 'libtorch' | 'cudaAddon'> => ({
  libtorch: { root: '', version: '', source: 'python', libDirs: [], gpu: of, stamp: '' },
  cudaAddon,
});

test('the precision row speaks of the CPU and of every card', () => {
  expect(precisions(['avx512_bf16'], [])).toEqual([
    'CPU: bf16 native: training measures whether it is faster',
  ]);
  const unknown = { device: 'cuda:3', facts: null, fault: null };
  expect(precisions([], [gpu(9), gpu(7, 1), gpu(6, 2), unknown])).toEqual([
    'CPU: bf16 not native: fp32 is faster',
    'cuda:0: bf16, fp16 and TF32 native',
    'cuda:1: fp16 native, bf16 and TF32 not',
    'cuda:2: fp32 alone',
  ]);
});

test('the row on CUDA: how many devices, which are hidden, and what is missing', () => {
  expect(cuda(record(null), { gpus: [] }, {})).toBe('this libtorch is for the CPU alone');
  expect(cuda(record('cuda'), { gpus: [gpu(9)] }, {})).toBe('1 device');
  expect(cuda(record('cuda'), { gpus: [] }, { CUDA_VISIBLE_DEVICES: '' })).toBe(
    "0 devices; CUDA_VISIBLE_DEVICES is ''",
  );
  expect(cuda(record('cuda', null), { gpus: [gpu(9)] }, {})).toMatch(/without CUDA's headers.*CUDA_HOME/);
  expect(cuda(record('rocm', null), { gpus: [gpu(9)] }, {})).toMatch(/^1 device; ROCm: Radweave is untested/);
});

test('one row for each card, with what does not compute, and one for Apple', () => {
  const broken = { ...gpu(6, 1), fault: 'libtorch has no kernels' };
  const rows = gpuRows({ gpus: [gpu(9), broken, { device: 'cuda:2', facts: null, fault: null }], mps: true });
  expect(rows.map(([what]) => what)).toEqual(['GPU cuda:0', 'GPU cuda:1', 'GPU cuda:2', "Apple's GPU"]);
  expect(rows[0]?.[1]).toMatch(
    /^NVIDIA Card, compute capability 9\.0, 8\.0 GiB, driver .*CUDA 12\.4\)?, CUDA 12\.6: computes$/,
  );
  expect(rows[1]?.[1]).toMatch(/: does not work, see below$/);
  expect(rows[2]?.[1]).toBe('computes');
  expect(rows[3]?.[1]).toMatch(/auto does not/);
  expect(gpuRows(undefined)).toEqual([]);
});
