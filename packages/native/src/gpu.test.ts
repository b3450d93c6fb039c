import { expect, test } from 'vitest';
import { compiledCapabilities, describedGpu, deviceFault, type GpuFacts, gpuFacts } from './gpu.ts';

const BUILD =
  '  - NVCC architecture flags: -gencode;arch=compute_75,code=sm_75;-gencode;arch=compute_90,code=sm_90a;-gencode;arch=compute_120,code=sm_120;-gencode;arch=compute_120,code=compute_120\n';
const NO_IMAGE =
  'CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors might be …';

const card = (major: number, minor: number): GpuFacts => ({
  name: 'NVIDIA Card',
  capability: [major, minor],
  bytes: 79.2 * 2 ** 30,
  multiprocessors: 132,
  driver: 13000,
  runtime: 12080,
});
const engine = (said: string | null) => ({
  tryDevice: () => said,
  buildInfo: () => BUILD,
  version: () => '2.11.0',
});

test("a card's facts come from its properties, and are told by name", () => {
  const facts = gpuFacts(
    { properties: () => ['NVIDIA Card', 9, 0, 79.2 * 2 ** 30, 132, 13000, 12080] },
    'cuda:0',
  );
  expect(facts).toEqual(card(9, 0));
  const module = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Tue Sep 23 10:11:16 UTC 2025\n';
  expect(describedGpu(facts, '').gpu_driver).toBe('CUDA 13.0');
  expect(describedGpu(facts, module)).toEqual({
    gpu: 'NVIDIA Card',
    compute_capability: '9.0',
    gpu_memory: '79.2 GiB',
    gpu_driver: '580.95.05 (CUDA 13.0)',
    cuda: '12.8',
  });
});

test('capabilities are those with kernels of their own', () => {
  expect(compiledCapabilities(BUILD)).toEqual(['7.5', '9.0', '12.0']);
  expect(compiledCapabilities('PyTorch built with:\n')).toEqual([]);
});

test('a device that computes has no fault', () => {
  expect(deviceFault(engine(null), 'cuda:0', card(9, 0))).toBeNull();
});

test.each([
  [card(6, 1), 'cu126'],
  [card(7, 0), 'cu128'],
  [card(8, 9), 'cu130'],
  [card(12, 0), 'cu130'],
])('a card without kernels is told with the libtorch to take', (facts, index) => {
  const fault = deviceFault(engine(NO_IMAGE), 'cuda:1', facts);
  expect(fault).toContain(
    `libtorch 2.11.0 has no kernels for cuda:1 (NVIDIA Card, compute capability ${facts.capability.join('.')}), only for compute capability 7.5, 9.0, 12.0. `,
  );
  expect(fault).toContain(`download.pytorch.org/whl/${index}, then radweave setup`);
});

test('a card that no build is for, or of which nothing is known, is told without naming one', () => {
  expect(deviceFault(engine(NO_IMAGE), 'cuda:0', card(3, 5))).toMatch(
    /whose CUDA build names this capability/,
  );
  expect(deviceFault(engine(NO_IMAGE), 'cuda:0', null)).toMatch(/no kernels for cuda:0, only/);
});

test('any other refusal is told in its first line', () => {
  const fault = deviceFault(engine('CUDA error: out of memory\nframes'), 'cuda:0', card(9, 0));
  expect(fault).toMatch(
    /^cuda:0 \(NVIDIA Card, compute capability 9\.0\) cannot compute: CUDA error: out of memory\. Use/,
  );
});
