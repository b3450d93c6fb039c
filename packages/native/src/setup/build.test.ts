import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { buildAddons, cmakeDefinitions, isComplete } from './build.ts';
import { PACKAGE_ROOT } from './cache.ts';
import type { Libtorch } from './libtorch.ts';
import { programs } from './made-up-programs.test.support.ts';
import { writeTree } from './made-up-trees.test.support.ts';

const LIBTORCH: Libtorch = {
  source: 'python',
  root: 'C:\\torch',
  version: '2.2.0',
  includeDirs: ['C:\\torch\\include', 'C:\\torch\\include\\torch\\csrc\\api\\include'],
  libDirs: ['C:\\torch\\lib'],
  gpu: 'cuda',
  cudaInclude: 'C:\\cuda\\include',
  ncclInclude: 'C:\\nccl\\include',
  distributed: false,
  cxx11Abi: false,
  cxxStandard: 17,
  stamp: '',
};

test('the definitions carry the ABI, the headers of CUDA and paths that CMake reads on every platform', () => {
  const definitions = cmakeDefinitions(LIBTORCH);
  expect(definitions).toContain('-DRADWEAVE_CXX11_ABI=0');
  expect(definitions).toContain(
    '-DRADWEAVE_TORCH_INCLUDE=C:/torch/include;C:/torch/include/torch/csrc/api/include',
  );
  expect(definitions).toContain('-DRADWEAVE_CUDA_INCLUDE=C:/cuda/include');
  expect(definitions).toContain('-DRADWEAVE_NCCL_INCLUDE=C:/nccl/include');
  const none = { gpu: null, cudaInclude: null, ncclInclude: null, cxx11Abi: null };
  expect(cmakeDefinitions({ ...LIBTORCH, ...none }).join(' ')).not.toMatch(/CXX11_ABI|cuda|NCCL_INCLUDE/i);
});

test('CMakeLists.txt reads every definition it is given', () => {
  const text = readFileSync(join(PACKAGE_ROOT, 'CMakeLists.txt'), 'utf8');
  for (const definition of cmakeDefinitions(LIBTORCH)) {
    const name = definition.match(/^-D(RADWEAVE_\w+)=/)?.[1];
    if (name !== undefined) expect(text).toContain(name);
  }
});

test('a build is whole only with both addons, with CUDA only with three', () => {
  const folder = tempDir();
  const cpu = { cudaInclude: null, distributed: false };
  expect(isComplete(join(folder, 'absent'), cpu)).toBe(false);
  writeTree(folder, { 'boot.node': '' });
  expect(isComplete(folder, cpu)).toBe(false);
  writeTree(folder, { 'radweave.node': '' });
  expect(isComplete(folder, cpu)).toBe(true);
  expect(isComplete(folder, { ...cpu, distributed: true })).toBe(false);
  expect(isComplete(folder, LIBTORCH)).toBe(false);
  writeTree(folder, { 'radweave_cuda.node': '' });
  expect(isComplete(folder, LIBTORCH)).toBe(true);
});

onLinux('a disk that fills while the engine is built is told with its folder, and nothing is left', () => {
  const [temporary, target] = [tempDir(), join(tempDir(), 'build')];
  const cmake = `
[ "$1" = --build ] || exit 0
/bin/mkdir "$2/out"; echo half > "$2/out/boot.node"
echo "ops.cc:9: fatal error: error writing to /tmp/cc1.s: No space left on device" >&2; exit 1`;
  vi.stubEnv('PATH', programs({ cmake }).PATH);
  vi.stubEnv('TMPDIR', temporary);
  expect(() => buildAddons(LIBTORCH, target)).toThrow(
    `The disk of ${temporary} is full. Free some space, or set TMPDIR to another folder`,
  );
  expect([readdirSync(temporary), existsSync(target)]).toEqual([[], false]);
});
