import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPosix, tempDir } from '@radweave/testkit';
import { beforeEach, expect, test } from 'vitest';
import { installAddons } from './build.ts';
import { sourceHash } from './cache.ts';
import type { Libtorch } from './libtorch.ts';
import { writeTree } from './made-up-trees.test.support.ts';
import { prebuiltFor, type Shelf } from './prebuilt.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ADDONS = { 'boot.node': 'boot', 'radweave.node': 'engine', 'radweave_cuda.node': 'graphs' };
const CPU = { version: '2.15.0', gpu: null, cudaInclude: null };

let root: string;
let folder: string;
let shelf: Shelf;

beforeEach(() => {
  [root, folder] = [tempDir(), tempDir()];
  writeTree(root, { 'CMakeLists.txt': 'project(x)', 'cpp/a.cc': 'int a;' });
  writeTree(folder, ADDONS);
  const files = Object.fromEntries(Object.entries(ADDONS).map(([name, text]) => [name, sha256(text)]));
  const entry = { package: '@radweave/native-linux-x64', torch: '2.15.0', cuda: '13', files };
  writeFileSync(
    join(root, 'prebuilt.json'),
    JSON.stringify({ 'linux-x64': { ...entry, sources: sourceHash(root) } }),
  );
  shelf = { root, host: { platform: 'linux', arch: 'x64' }, packageFolder: () => folder };
});

const why = (libtorch: Parameters<typeof prebuiltFor>[0]) => prebuiltFor(libtorch, shelf);

test('the addons of this platform fit the libtorch they were linked to, whatever it computes on', () => {
  const cpu = { folder, files: ['boot.node', 'radweave.node'] };
  expect(why(CPU)).toEqual(cpu);
  expect(why({ ...CPU, version: '2.15.0+cpu' })).toEqual(cpu);
  expect(why({ ...CPU, version: '2.15.0+cu132', gpu: 'cuda' })).toEqual({
    folder,
    files: Object.keys(ADDONS),
  });
  // CUDA's interface changes with its first number: without its headers, nothing better can be had.
  expect(why({ ...CPU, version: '2.15.0+cu126', gpu: 'cuda' })).toEqual(cpu);
});

test('what does not fit is said', () => {
  expect(why({ ...CPU, version: '1.13.0' })).toEqual({
    why: 'it is for libtorch 2.15.0, and this is 1.13.0',
  });
  const cu126: Pick<Libtorch, 'version' | 'gpu' | 'cudaInclude'> = {
    version: '2.15.0+cu126',
    gpu: 'cuda',
    cudaInclude: '/usr',
  };
  expect(why(cu126)).toEqual({ why: 'it has no addon for cu126' });
  shelf.host = { platform: 'linux', arch: 'riscv64' };
  expect(why(CPU)).toEqual({ why: 'there is none for linux-riscv64' });
});

test('neither changed sources, nor a package that is not there, nor a checkout', () => {
  writeTree(root, { 'cpp/a.cc': 'int b;' });
  expect(why(CPU)).toEqual({ why: 'it was built from other sources' });
  writeTree(root, { 'cpp/a.cc': 'int a;' });
  shelf.packageFolder = () => undefined;
  expect(why(CPU)).toEqual({ why: expect.stringContaining('@radweave/native-linux-x64 is not installed') });
  rmSync(join(root, 'prebuilt.json'));
  expect(why(CPU)).toEqual({ why: null });
});

test.each(['boot.node', 'radweave.node'])('%s with another byte is not loaded', (name) => {
  writeTree(folder, { [name]: 'Engine' });
  expect(why(CPU)).toEqual({ why: expect.stringContaining(`${join(folder, name)} is not the file`) });
  rmSync(join(folder, name));
  expect(why(CPU)).toEqual({ why: expect.stringContaining(`${join(folder, name)} is not the file`) });
});

onPosix('they are put beside a link to their libtorch', () => {
  const target = join(tempDir(), 'build');
  const libtorch: Libtorch = {
    ...CPU,
    ncclInclude: null,
    source: 'python',
    distributed: true,
    root: '/torch',
    includeDirs: [],
    libDirs: ['/torch/lib'],
    cxx11Abi: true,
    cxxStandard: 17,
    stamp: '',
  };
  installAddons(folder, ['boot.node', 'radweave.node'], target, libtorch);
  expect(readdirSync(target).sort()).toEqual(['boot.node', 'libtorch', 'radweave.node']);
  expect(readlinkSync(join(target, 'libtorch'))).toBe('/torch/lib');
});
