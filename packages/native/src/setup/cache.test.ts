import { join, resolve } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { buildKey, cacheDir, recordName, sourceHash } from './cache.ts';
import type { Libtorch } from './libtorch.ts';
import { writeTree } from './made-up-trees.test.support.ts';

const LINUX = { platform: 'linux', arch: 'x64' } as const;
const LIBTORCH: Libtorch = {
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
  stamp: '1-2',
};

test('the cache folder: RADWEAVE_CACHE, XDG_CACHE_HOME, the platform', () => {
  const env = { RADWEAVE_CACHE: '/c', XDG_CACHE_HOME: '/x' };
  const noHome = (): string => {
    throw new Error('no home');
  };
  expect(cacheDir(env, 'linux', noHome)).toBe(resolve('/c'));
  expect(cacheDir({ XDG_CACHE_HOME: '/x' }, 'linux', noHome)).toBe(join('/x', 'radweave'));
  expect(cacheDir({}, 'linux', () => '/home/a')).toBe(join('/home/a', '.cache', 'radweave'));
  expect(cacheDir({}, 'darwin', () => '/Users/a')).toBe(join('/Users/a', 'Library', 'Caches', 'radweave'));
  expect(cacheDir({ LOCALAPPDATA: 'L' }, 'win32', noHome)).toBe(join('L', 'radweave', 'cache'));
});

test('the source hash follows the C++ files that are built and CMakeLists.txt, nothing else', () => {
  const root = tempDir();
  writeTree(root, { 'CMakeLists.txt': 'a', 'cpp/x.cc': 'x', 'cpp/x.h': 'h', 'cpp/notes.txt': 'n' });
  const first = sourceHash(root);
  for (const name of ['cpp/notes.txt', 'cpp/kernels/x.test.cc', 'cpp/testing/main.cc']) {
    writeTree(root, { [name]: 'other' });
    expect(sourceHash(root)).toBe(first);
  }
  const seen = new Set([first]);
  const built = [
    'cpp/x.cc',
    'cpp/x.h',
    'CMakeLists.txt',
    'cpp/new.cc',
    'cpp/cuda/y.cc',
    'cpp/kernels/gemm/z.h',
  ];
  for (const name of built) {
    writeTree(root, { [name]: 'changed' });
    seen.add(sourceHash(root));
  }
  expect(seen.size).toBe(built.length + 1);
});

test('every input of a build changes its key', () => {
  const keys = [
    buildKey('s', LIBTORCH, LINUX),
    buildKey('t', LIBTORCH, LINUX),
    buildKey('s', LIBTORCH, { ...LINUX, arch: 'arm64' }),
    buildKey('s', LIBTORCH, { ...LINUX, platform: 'darwin' }),
    buildKey('s', { ...LIBTORCH, root: '/opt' }, LINUX),
    buildKey('s', { ...LIBTORCH, version: '2.5.1' }, LINUX),
    buildKey('s', { ...LIBTORCH, stamp: '3-4' }, LINUX),
    buildKey('s', { ...LIBTORCH, cxx11Abi: false }, LINUX),
    buildKey('s', { ...LIBTORCH, gpu: 'cuda' }, LINUX),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(buildKey('s', { ...LIBTORCH }, { ...LINUX })).toBe(keys[0]);
});

test('each libtorch has a record of its own, and there is one of what is in use', () => {
  const names = [undefined, '/a', '/b'].map((root) => recordName('s', root, LINUX));
  expect(new Set(names).size).toBe(3);
});
