import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { cudaBuildFor, nvidiaDriver, whyNotPinned } from './nvidia.ts';

function smi(text: string): NodeJS.ProcessEnv {
  const bin = tempDir();
  writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, 'nvidia-smi'), 0o755);
  return { PATH: bin };
}

onLinux('the driver and its GPUs are what nvidia-smi says, else what the kernel says', () => {
  const two = smi("echo '580.65.06, 9.0, NVIDIA H100'; echo '580.65.06, [N/A], Old card'");
  expect(nvidiaDriver(two, '/nowhere')).toEqual({
    release: 580.65,
    gpus: [
      { name: 'NVIDIA H100', capability: 9 },
      { name: 'Old card', capability: undefined },
    ],
  });
  const file = join(tempDir(), 'version');
  writeFileSync(file, 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19\n');
  expect(nvidiaDriver(smi('exit 9'), file)).toEqual({ release: 535.129, gpus: [] });
  expect(nvidiaDriver({ PATH: '' }, '/nowhere')).toBeUndefined();
});

test('the build fits the driver and the GPU with the least compute capability', () => {
  const build = (release: number, ...capabilities: number[]) =>
    cudaBuildFor({ release, gpus: capabilities.map((capability) => ({ name: '', capability })) })?.index;
  expect(build(580.65, 9)).toBe('cu130');
  expect(build(580.65, 9, 7)).toBe('cu128');
  expect(build(580.65, 6.1)).toBe('cu126');
  expect(build(535.1, 9)).toBe('cu128');
  expect(build(470.1, 7.5)).toBeUndefined();
  expect(build(580.65, 3.5)).toBeUndefined();
});

test('a GPU that the pinned build is not for is told, with the build that is', () => {
  const why = (release: number, capability: number) =>
    whyNotPinned({ release, gpus: [{ name: 'Card', capability }] });
  expect(why(580.65, 9)).toBeUndefined();
  expect(why(535.1, 7)).toMatch(/driver 535\.1, Card \(compute capability 7\): .*whl\/cu128/);
  expect(why(470.1, 7.5)).toMatch(/update the driver \(580 or newer\)/);
  expect(why(580.65, 3.5)).toMatch(/no CUDA build .* of these GPUs: use the CPU$/);
});
