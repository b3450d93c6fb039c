import { expect, test } from 'vitest';
import { PINNED_TORCH } from './pinned.ts';
import { isWanted, pinnedWheels, platformTags, requirementOf, wheelsFor } from './wheels.ts';

const MACHINES = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'];

test('every pinned wheel is whole and for one machine, and torch is the pinned version', () => {
  for (const wheel of pinnedWheels()) {
    expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(wheel.bytes).toBeGreaterThan(1e5);
    expect(
      MACHINES.filter((machine) =>
        wheelsFor(machine, 'cpu')
          .concat(wheelsFor(machine, 'cuda'))
          .some(({ file }) => file === wheel.file),
      ),
    ).toHaveLength(1);
  }
  for (const machine of MACHINES) {
    expect(wheelsFor(machine, 'cpu')[0]?.file).toMatch(new RegExp(`^torch-${PINNED_TORCH}-cp311-cp311-`));
  }
});

test('for the CPU nothing of CUDA is fetched but what libtorch_cpu is linked to', () => {
  const names = (machine: string) => wheelsFor(machine, 'cpu').map(({ file }) => file.split('-')[0]);
  expect(names('linux-x64')).toEqual(['torch', 'nvidia_cuda_runtime', 'nvidia_cuda_cupti']);
  expect(names('darwin-arm64')).toEqual(['torch']);
  expect(names('win32-x64')).toEqual(['torch']);
  expect(wheelsFor('linux-x64', 'cuda')).toHaveLength(15);
  expect(wheelsFor('win32-x64', 'cuda')).toEqual([]);
  expect(wheelsFor('freebsd-x64', 'cpu')).toEqual([]);
});

test('pip gets the name, the version and the hash, and every tag of a file', () => {
  const wheel = {
    file: 'nvidia_x_cu13-1.2.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    bytes: 1,
    sha256: 'ab',
  };
  expect(requirementOf(wheel)).toBe('nvidia-x-cu13==1.2.3 --hash=sha256:ab');
  expect(platformTags(wheel)).toEqual(['manylinux2014_x86_64', 'manylinux_2_17_x86_64']);
});

test("libraries and headers are unpacked, Python's part is not, and CUDA's only where it is wanted", () => {
  const both = [
    'torch/lib/libtorch_cpu.so',
    'torch/lib/libgomp.so.1',
    'torch/include/ATen/ATen.h',
    'torch/version.py',
    'torch-2.15.0.dist-info/RECORD',
    'nvidia/cu13/lib/libcudart.so.13',
  ];
  const gpus = ['torch/lib/libtorch_cuda.so', 'torch/lib/libtorch.so', 'nvidia/cudnn/lib/libcudnn.so.9'];
  const neither = [
    'torch/lib/libtorch_python.so',
    'torch/nn/functional.py',
    'torch/bin/protoc',
    'functorch/__init__.py',
  ];
  for (const name of [...both, ...gpus, ...neither]) {
    expect([name, isWanted(name, 'cpu'), isWanted(name, 'cuda')]).toEqual([
      name,
      both.includes(name),
      both.includes(name) || gpus.includes(name),
    ]);
  }
});
