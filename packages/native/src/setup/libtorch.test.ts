import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { gpuLibrary, inspectLibtorch } from './libtorch.ts';
import { libtorchTree, OLD_STRING, writeTree } from './made-up-trees.test.support.ts';

const LINUX = { platform: 'linux', arch: 'x64' } as const;

function inspect(files: Record<string, string>) {
  const root = tempDir();
  writeTree(root, files);
  return { root, seen: inspectLibtorch(root, 'RADWEAVE_LIBTORCH', LINUX) };
}

test('the official zip: version from build-version, libraries in lib', () => {
  const { root, seen } = inspect({ ...libtorchTree(), 'build-version': '2.5.1+cpu\n' });
  expect(seen).toMatchObject({
    libtorch: {
      version: '2.5.1+cpu',
      root,
      libDirs: [join(root, 'lib')],
      includeDirs: [join(root, 'include'), join(root, 'include/torch/csrc/api/include')],
      gpu: null,
      cxx11Abi: true,
      cxxStandard: 17,
    },
  });
});

test('a pip wheel: version from version.py, CUDA by its library, the old std::string, C++20 headers', () => {
  const { seen } = inspect({
    ...libtorchTree({ c10: OLD_STRING }),
    'include/ATen/ATen.h': '#error C++20 or later compatible compiler is required to use ATen.',
    'lib/libtorch_cuda.so': '',
    'version.py': "from typing import Optional\n__version__ = '2.2.0+cu121'\ncuda = '12.1'\n",
  });
  expect(seen).toMatchObject({
    libtorch: { version: '2.2.0+cu121', gpu: 'cuda', cxx11Abi: false, cxxStandard: 20 },
  });
});

test("NCCL's header is that of pip's torch, where its backend has all that is asked of it", () => {
  const found = (version: string, files: Record<string, string>) => {
    const root = tempDir();
    const torch = {
      ...libtorchTree(),
      'lib/libtorch_cuda.so': '',
      'version.py': `__version__ = '${version}'\n`,
    };
    writeTree(join(root, 'torch'), torch);
    writeTree(join(root, 'nvidia'), files);
    return inspectLibtorch(join(root, 'torch'), 'python', LINUX);
  };
  const header = { 'nccl/include/nccl.h': '' };
  const place = expect.stringMatching(/nvidia\/nccl\/include$/);
  expect(found('2.8.0+cu128', header)).toMatchObject({ libtorch: { ncclInclude: place } });
  expect(found('2.7.1+cu126', header)).toMatchObject({ libtorch: { ncclInclude: null } });
  expect(found('2.15.0+cu132', {})).toMatchObject({ libtorch: { ncclInclude: null } });
});

test("CUDA's headers are taken whole or not: from CUDA_HOME, else from beside pip's torch", () => {
  const headers = (folder: string) => ({
    [`${folder}/cuda_runtime_api.h`]: '',
    [`${folder}/crt/host_config.h`]: '',
  });
  const root = tempDir();
  writeTree(root, { ...headers('toolkit/include'), 'half/include/cuda_runtime_api.h': '' });
  const torch = join(root, 'site', 'torch');
  writeTree(torch, { ...libtorchTree(), 'lib/libtorch_cuda.so': '' });
  const found = (home: string) => {
    vi.stubEnv('CUDA_HOME', join(root, home));
    return inspectLibtorch(torch, 'python', LINUX);
  };
  const include = join(root, 'toolkit', 'include');
  expect(found('toolkit')).toMatchObject({ libtorch: { cudaInclude: include } });
  expect(found('half')).not.toMatchObject({ libtorch: { cudaInclude: join(root, 'half', 'include') } });
  vi.unstubAllEnvs();
});

test('whose GPUs a libtorch computes on is told by its library, which is named for the loader', () => {
  const library = (name: string) => {
    const { root, seen } = inspect({ ...libtorchTree(), [`lib/${name}`]: '' });
    if (!('libtorch' in seen)) throw new Error(`missing: ${seen.missing}`);
    return [seen.libtorch.gpu, gpuLibrary(seen.libtorch, 'linux')?.slice(root.length + 1) ?? null];
  };
  expect(library('libtorch_cuda.so')).toEqual(['cuda', join('lib', 'libtorch_cuda.so')]);
  expect(library('libtorch_hip.so')).toEqual(['rocm', join('lib', 'libtorch_hip.so')]);
  expect(library('libother.so')).toEqual([null, null]);
});

test("Debian's layout: libraries in the architecture's folder, version from the headers", () => {
  const { root, seen } = inspect(libtorchTree({ lib: 'lib/x86_64-linux-gnu' }));
  expect(seen).toMatchObject({
    libtorch: { version: '1.13.0', libDirs: [join(root, 'lib/x86_64-linux-gnu')] },
  });
});

test('newer headers keep the version elsewhere', () => {
  const { seen } = inspect({
    ...libtorchTree(),
    'include/torch/csrc/api/include/torch/version.h': '#include <torch/headeronly/version.h>',
    'include/torch/headeronly/version.h': '#define TORCH_VERSION \\\n  "2.15.0"\n',
  });
  expect(seen).toMatchObject({ libtorch: { version: '2.15.0' } });
});

test('a folder without headers names the headers', () => {
  const { 'include/ATen/ATen.h': _, ...files } = libtorchTree();
  expect(inspect(files).seen).toEqual({ missing: [join('include', 'ATen/ATen.h')] });
});

test('a version before 1.13 is refused', () => {
  expect(inspect(libtorchTree({ header: '1.9.1' })).seen).toEqual({
    missing: ['version 1.13 or newer (it is 1.9.1)'],
  });
});

test('the stamp changes when the library is replaced', () => {
  const { root, seen } = inspect(libtorchTree());
  writeTree(root, { 'lib/libtorch_cpu.so': 'another build' });
  const again = inspectLibtorch(root, 'RADWEAVE_LIBTORCH', LINUX);
  if (!('libtorch' in seen) || !('libtorch' in again)) throw new Error('not found');
  expect(again.libtorch.stamp).not.toBe(seen.libtorch.stamp);
});
