import { afterEach, expect, test, vi } from 'vitest';
import { DeviceError, deviceKind, openDevice, resolveDevice, wayToGpu } from './device.ts';
import { cudaDeviceCount } from './runtime.ts';

afterEach(() => vi.unstubAllEnvs());

test('the CPU is always there, and no name is guessed', () => {
  expect([resolveDevice('cpu'), openDevice('cpu')]).toEqual(['cpu', 'cpu']);
  for (const name of ['gpu', 'cuda:', 'cuda:x', 'mps:0', '']) {
    expect(() => resolveDevice(name)).toThrow(/unknown device .*: use auto, cpu, cuda, cuda:N or mps/);
  }
});

test.runIf(process.platform !== 'darwin')("Apple's GPU is refused where libtorch has none", () => {
  expect(() => resolveDevice('mps')).toThrow(DeviceError);
  expect(() => resolveDevice('mps')).toThrow(
    /'mps' is Apple's GPU, and libtorch [\d.+a-z]+ sees none here\. Use --device cpu/,
  );
});

test('without a GPU auto is the CPU; one that was asked for is refused, with what hides it', (context) => {
  if (cudaDeviceCount() > 0) context.skip('this machine has a GPU');
  expect(resolveDevice('auto')).toBe('cpu');
  expect(() => resolveDevice('cuda:1')).toThrow(/sees no CUDA GPU here\. Use --device cpu/);
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '');
  expect(() => resolveDevice('cuda')).toThrow(/sees no CUDA GPU here \(CUDA_VISIBLE_DEVICES is ''\)\. Use/);
});

test('a GPU is missing for another libtorch, or for a driver', () => {
  expect(wayToGpu(null)).toMatch(/CUDA build of libtorch and run: radweave setup$/);
  expect(wayToGpu('cuda')).toMatch(/^see that nvidia-smi shows the card/);
  expect(wayToGpu('rocm')).toMatch(/^see that rocminfo/);
});

test('which kinds of device were tried', () => {
  expect(deviceKind('cpu')).toMatchObject({ kind: 'cpu', isTried: true });
  expect(deviceKind('cuda:3')).toMatchObject({ kind: 'cuda', called: "NVIDIA's GPUs", isTried: true });
  expect(deviceKind('mps')).toMatchObject({ called: "Apple's GPU", isTried: false });
  expect(() => deviceKind('xpu')).toThrow(DeviceError);
});
