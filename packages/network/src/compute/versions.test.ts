import { expect, test } from 'vitest';
import { describedDevice, engineVersions } from './versions.ts';

const GPU = {
  properties: {
    name: 'NVIDIA Card',
    capability: [9, 0],
    bytes: 2 ** 36,
    multiprocessors: 132,
    driver: 13000,
    runtime: 12080,
  },
} as const;

test("a checkpoint's versions name the device, and what the card is", () => {
  const cpu = engineVersions('cpu');
  expect(Object.keys(cpu)).toEqual(['device', 'radweave', 'node', 'libtorch', 'cpu_capability', 'threads']);
  expect(engineVersions('cuda:1', GPU)).toEqual({
    ...cpu,
    device: 'cuda:1',
    gpu: 'NVIDIA Card',
    compute_capability: '9.0',
    gpu_memory: '64.0 GiB',
    gpu_driver: expect.stringContaining('CUDA 13.0'),
    cuda: '12.8',
  });
});

test('the log names a card behind its device, and nothing behind a CPU', () => {
  expect(describedDevice('cpu')).toBe('cpu');
  expect(describedDevice('cuda:1', GPU)).toBe('cuda:1 (NVIDIA Card, compute capability 9.0, 64.0 GiB)');
});
