import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { chooseBlas, describeBlas, mappedBlas } from './blas.ts';
import type { Libtorch } from './libtorch.ts';
import { writeTree } from './made-up-trees.test.support.ts';

const LINUX = { platform: 'linux', arch: 'x64' } as const;
const SYSTEM: Libtorch = {
  source: 'system',
  root: '/usr',
  version: '1.13.0',
  includeDirs: [],
  libDirs: [],
  gpu: null,
  cudaInclude: null,
  ncclInclude: null,
  distributed: false,
  cxx11Abi: true,
  cxxStandard: 17,
  stamp: '',
};

function libraries(...builds: string[]): string {
  const root = tempDir();
  for (const build of builds) {
    const folder = `x86_64-linux-gnu/openblas-${build}`;
    for (const name of ['libopenblas.so.0', 'libblas.so.3', 'liblapack.so.3']) {
      writeTree(root, { [`${folder}/${name}`]: '' });
    }
  }
  return root;
}

test('the OpenMP build is taken by path, the library that the others need first', () => {
  const root = libraries('openmp', 'pthread');
  const folder = join(root, 'x86_64-linux-gnu/openblas-openmp');
  expect(chooseBlas(SYSTEM, LINUX, root)).toEqual({
    kind: 'openblas-openmp',
    preload: ['libopenblas.so.0', 'libblas.so.3', 'liblapack.so.3'].map((name) => join(folder, name)),
  });
});

test('only the pthread build, neither, and a libtorch that brings its own', () => {
  expect(chooseBlas(SYSTEM, LINUX, libraries('pthread')).kind).toBe('openblas-pthread');
  expect(chooseBlas(SYSTEM, LINUX, libraries()).kind).toBe('unknown');
  expect(chooseBlas({ ...SYSTEM, source: 'python' }, LINUX, libraries('openmp'))).toEqual({
    kind: 'bundled',
    preload: [],
  });
});

const MAPS = `7f01-7f02 r-xp 00000000 fe:00 12 /usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3
7f02-7f03 r--p 00000000 fe:00 12 /usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3
7f03-7f04 r-xp 00000000 fe:00 13 /usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblasp-r0.3.21.so
7f04-7f05 r-xp 00000000 fe:00 14 /usr/lib/x86_64-linux-gnu/libc.so.6
7f05-7f06 rw-p 00000000 00:00 0 [heap]`;

test('the mapped BLAS is read from the memory map, each file once', () => {
  expect(mappedBlas(MAPS)).toEqual([
    '/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3',
    '/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblasp-r0.3.21.so',
  ]);
});

test('a pthread build that is mapped all the same is told, whatever was wanted', () => {
  const wanted = { kind: 'openblas-openmp', preload: [] } as const;
  const text = describeBlas({ ...wanted, preload: [] }, ['/usr/lib/openblas-pthread/libblas.so.3']);
  expect(text).toMatch(/pthread build .* slower/);
  expect(describeBlas({ ...wanted, preload: [] }, mappedBlas(MAPS))).toMatch(/^OpenBLAS, OpenMP build/);
});
