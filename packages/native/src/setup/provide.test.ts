import { existsSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { SetupError } from './errors.ts';
import type { Libtorch } from './libtorch.ts';
import { writeTree } from './made-up-trees.test.support.ts';
import { provideEngine } from './provide.ts';
import { askAgain, type EngineReport } from './verify.ts';

const LIBTORCH: Libtorch = {
  source: 'python',
  root: '/torch',
  version: '2.15.0',
  includeDirs: [],
  libDirs: ['/torch/lib'],
  gpu: null,
  cudaInclude: null,
  ncclInclude: null,
  distributed: false,
  cxx11Abi: true,
  cxxStandard: 17,
  stamp: '',
};
const REPORT: EngineReport = { version: '2.15.0', threads: 1, gpus: [], mps: false, mapped: [] };
const ADDONS = { 'boot.node': '', 'radweave.node': '' };

/** Provides an engine where the prebuilt one, if there is one, loads as `loads` says for each try. */
function provide({
  found,
  loads,
  lacks = [],
}: {
  found: boolean;
  loads: (SetupError | null)[];
  lacks?: ['compiler'] | [];
}) {
  const folder = join(tempDir(), 'build');
  const shelf = tempDir();
  writeTree(shelf, ADDONS);
  const said: string[] = [];
  const load = (): EngineReport => {
    expect(existsSync(join(folder, 'radweave.node'))).toBe(true);
    const fault = loads.shift();
    if (fault) throw fault;
    return REPORT;
  };
  const run = () =>
    provideEngine(
      LIBTORCH,
      folder,
      load,
      (line) => said.push(line),
      {},
      {
        find: () => (found ? { folder: shelf, files: Object.keys(ADDONS) } : { why: 'it is for another' }),
        build: (_, target) => writeTree(target, ADDONS),
        lacks: () => lacks,
      },
    );
  return { run, said, folder };
}

test('a prebuilt engine that works is taken and nothing is built', () => {
  const { run, said } = provide({ found: true, loads: [null], lacks: ['compiler'] });
  expect(run()).toEqual({ engine: REPORT, way: 'prebuilt' });
  expect(said).toEqual([]);
  // Then it is there.
  expect(run()).toEqual({ engine: REPORT, way: 'up to date' });
});

test('of one that is there and does not load any more it is said what to remove', () => {
  const { run, folder } = provide({ found: true, loads: [null, new SetupError('file too short')] });
  run();
  expect(run).toThrow(`file too short\nIf it worked before, remove ${folder}, then run radweave setup`);
});

test('of a libtorch that set-up fetched or was brought it is said, too, even if it was named since', () => {
  const cache = tempDir();
  const [brought, link] = [join(cache, 'libtorch', '2.14.0+cpu'), join(tempDir(), 'cache')];
  writeTree(join(brought, 'torch'), { 'lib/libtorch_cpu.so': '' });
  symlinkSync(cache, link);
  const fail = () => {
    throw new SetupError('undefined symbol');
  };
  const asked = (root: string) => () => askAgain(fail, '/build', { root }, { RADWEAVE_CACHE: link });
  expect(asked(join(realpathSync(brought), 'torch'))).toThrow(/remove \/build and .*2\.14\.0\+cpu, then/);
  expect(asked('/opt/libtorch')).toThrow('remove /build, then');
});

test('one that does not load or does not fit is replaced by one that is built, and that is said', () => {
  const broken = provide({ found: true, loads: [new SetupError("version `GLIBC_2.34' not found"), null] });
  expect(broken.run().way).toBe('built');
  expect(broken.said).toEqual([
    "The prebuilt engine is not taken. version `GLIBC_2.34' not found",
    expect.stringContaining('Building the engine'),
  ]);
  const other = provide({ found: false, loads: [null] });
  expect(other.run().way).toBe('built');
  expect(other.said[0]).toBe('The prebuilt engine is not taken: it is for another');
});

test('where neither works the steps are named', () => {
  const { run } = provide({ found: true, loads: [new SetupError('no')], lacks: ['compiler'] });
  expect(run).toThrow(/needs compiler to build the engine.*\n1\. /);
});
