import { cpSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { ADDONS } from './build.ts';
import { buildKey, nativeCache, sourceHash } from './cache.ts';
import { ConsentNeeded } from './errors.ts';
import { inspectLibtorch } from './libtorch.ts';
import { lookAround } from './machine.ts';
import { libtorchTree, madeUpBuild, writeTree } from './made-up-trees.test.support.ts';
import { namedLibtorch, rememberLibtorch } from './named.ts';
import { PINNED_TORCH } from './pinned.ts';
import { readNativeRecord, recordPath } from './record.ts';
import { downloadOnly, setUp } from './setup.ts';

/** A machine with an NVIDIA GPU, pip and all that building needs: programs of these names, which do nothing but answer. */
function gpuMachine(card = '580.65.06, 9.0, NVIDIA H100'): { env: NodeJS.ProcessEnv; cache: string } {
  const [bin, cache] = [tempDir(), tempDir()];
  const programs = {
    'nvidia-smi': `echo '${card}'`,
    python3: 'echo "pip 26.0 from x"; [ "$3" = --version ]',
    ...{ cmake: '', 'c++': '', ninja: '' },
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { env: { PATH: bin, RADWEAVE_CACHE: cache }, cache };
}

onLinux('gigabytes are fetched only after a yes, and nothing is changed before', () => {
  const { env, cache } = gpuMachine();
  const said: string[] = [];
  const attempt = (yes: boolean) => () => setUp((line) => said.push(line), { libtorch: 'pinned', yes }, env);
  expect(attempt(false)).toThrow(ConsentNeeded);
  expect(attempt(false)).toThrow(/for cuda is \d\.\d GB to fetch: confirm with radweave setup --yes/);
  expect([said, readdirSync(cache)]).toEqual([[], []]);
  // pip brings nothing here.
  expect(attempt(true)).toThrow(/pip could not fetch libtorch/);
  expect(said.join()).toMatch(/Fetching libtorch .* \(cuda\) by python3 -m pip: \d\.\d GB/);
});

onLinux('that the libtorch of the last set-up was deleted is said, and another one is fetched', () => {
  const { env, folder } = madeUpBuild();
  rmSync(join(folder, 'lib'), { recursive: true });
  const said: string[] = [];
  const attempt = () =>
    setUp((line) => said.push(line), { libtorch: 'pinned', engine: 'cpu' }, { ...gpuMachine().env, ...env });
  expect(attempt).toThrow(/pip could not fetch libtorch/);
  expect(said[0]).toBe(`The last set-up is replaced: libtorch 2.0.0 is gone from ${join(folder, 'lib')}`);
  expect(said[1]).toMatch(/^Fetching libtorch/);
});

onLinux('--engine cuda fetches nothing for a driver that it is not for, and names the build that is', () => {
  const { env, cache } = gpuMachine('535.129.03, 7.0, Tesla V100');
  const attempt = () => setUp(() => undefined, { engine: 'cuda', yes: true }, env);
  expect(attempt).toThrow(/driver 535\.129, Tesla V100.* is not for it.*whl\/cu128/);
  expect(readdirSync(cache)).toEqual([]);
});

onLinux(
  'of two libtorches that were fetched, the one for GPUs is taken where the driver and its GPUs can use it',
  () => {
    const { env, cache } = gpuMachine();
    for (const name of [`${PINNED_TORCH}-cpu`, `${PINNED_TORCH}-cuda`]) {
      const gpu = name.endsWith('cuda') ? { 'lib/libtorch_cuda.so': 'cuda' } : {};
      writeTree(join(cache, 'libtorch', name, 'torch'), { ...libtorchTree(), ...gpu });
    }
    const taken = (driver: NodeJS.ProcessEnv) =>
      lookAround({ ...driver, RADWEAVE_CACHE: cache }, { named: undefined, pinned: true }, () => true)
        .libtorch?.gpu;
    expect(taken(env)).toBe('cuda');
    expect(taken(gpuMachine('535.129.03, 7.0, Tesla V100').env)).toBe(null);
  },
);

onLinux('a libtorch that RADWEAVE_LIBTORCH keeps other commands from taking is told', () => {
  const { env } = gpuMachine();
  const folder = tempDir();
  writeTree(folder, libtorchTree());
  // An engine that is there, so that nothing is compiled, and cannot be loaded.
  const seen = inspectLibtorch(folder, '--libtorch', process);
  if (!('libtorch' in seen)) throw new Error(`not whole: ${seen.missing}`);
  const key = buildKey(sourceHash(), seen.libtorch, process);
  writeTree(join(nativeCache(env), key), Object.fromEntries(ADDONS.map((name) => [name, ''])));
  const saidWith = (RADWEAVE_LIBTORCH: string): string => {
    const said: string[] = [];
    const attempt = () =>
      setUp((line) => said.push(line), { libtorch: folder }, { ...env, RADWEAVE_LIBTORCH });
    expect(attempt).toThrow(/The engine does not work/);
    expect(readdirSync(nativeCache(env))).toEqual([key]);
    return said.join();
  };
  const warning = 'RADWEAVE_LIBTORCH names /other, which other commands will take instead: unset it';
  expect(saidWith('/other')).toContain(warning);
  expect(saidWith(`${folder}/lib/..`)).not.toContain('RADWEAVE_LIBTORCH');
});

onLinux(
  'a cache that cannot be is told before anything is built, and an empty --from is not left out',
  () => {
    const { env } = gpuMachine();
    const [root, file] = [tempDir(), join(tempDir(), 'file')];
    writeTree(root, libtorchTree());
    writeFileSync(file, '');
    const below = { ...env, RADWEAVE_CACHE: join(file, 'x') };
    expect(() => setUp(() => undefined, { libtorch: root }, below)).toThrow(
      `${join(file, 'x', 'native')} cannot be made: ${file} is a file.`,
    );
    const said: string[] = [];
    expect(() => downloadOnly(join(file, 'x'), (line) => said.push(line), {}, env)).toThrow(
      `${file} is a file`,
    );
    expect(said).toEqual([]);
    expect(() => setUp(() => undefined, { from: '' }, env)).toThrow("--from names '', which does not exist");
  },
);

onLinux('the engine of a libtorch whose time lost its milliseconds, as in an image, is up to date', () => {
  const { env } = gpuMachine();
  const root = realpathSync(tempDir());
  writeTree(root, libtorchTree());
  const library = join(root, 'lib', 'libtorch_cpu.so');
  utimesSync(library, 1_700_000_005.678, 1_700_000_005.678);
  const seen = inspectLibtorch(root, '--libtorch', process);
  if (!('libtorch' in seen)) throw new Error(`not whole: ${seen.missing}`);
  const build = join(nativeCache(env), buildKey(sourceHash(), seen.libtorch, process));
  writeTree(build, Object.fromEntries(ADDONS.map((name) => [name, ''])));
  writeTree('', { [recordPath(env, root)]: JSON.stringify({ libtorch: seen.libtorch }) });
  utimesSync(library, 1_700_000_005, 1_700_000_005);
  const attempt = () => setUp(() => undefined, { libtorch: root }, env);
  // It is made up and cannot be loaded; another folder would be built for.
  expect(attempt).toThrow(`If it worked before, remove ${build}, then run`);
});

test('a libtorch that was named once is that of later set-ups, and its engine is found by every spelling of it', () => {
  const { addon, libtorch } = readNativeRecord();
  const env: NodeJS.ProcessEnv = { ...process.env, RADWEAVE_CACHE: tempDir() };
  delete env.RADWEAVE_LIBTORCH;
  const build = join(nativeCache(env), basename(dirname(addon)));
  cpSync(dirname(addon), build, { recursive: true, verbatimSymlinks: true });
  const spelled = `${libtorch.root}/lib/..`;
  const ways = [{ libtorch: spelled }, {}].map((options) => setUp(() => undefined, options, env).way);
  expect(ways).toEqual(['up to date', 'up to date']);
  expect(namedLibtorch(undefined, env)).toEqual({ folder: libtorch.root, by: 'an earlier --libtorch' });
  for (const named of [{}, { RADWEAVE_LIBTORCH: spelled }]) {
    expect(readNativeRecord({ ...env, ...named }).addon).toBe(join(build, basename(addon)));
  }
});

test('auto forgets what was named, and that the last set-up cannot be used any more is said', (context) => {
  const record = readNativeRecord();
  if (record.libtorch.source !== 'system') context.skip("another libtorch than the system's is in use");
  // Without Python's, the system's is found.
  const env: NodeJS.ProcessEnv = { PATH: '', RADWEAVE_CACHE: tempDir() };
  const build = dirname(record.addon);
  cpSync(build, join(nativeCache(env), basename(build)), { recursive: true, verbatimSymlinks: true });
  rememberLibtorch('/gone', env);
  const gone = { ...record, blas: { ...record.blas, preload: ['/gone/blas.so'] } };
  writeFileSync(recordPath(env, undefined), JSON.stringify(gone));
  const said: string[] = [];
  expect(setUp((line) => said.push(line), { libtorch: 'auto' }, env).way).toBe('up to date');
  expect(said[0]).toBe('The last set-up is replaced: /gone/blas.so is gone');
  expect(namedLibtorch(undefined, env)).toBeUndefined();
});

test('a machine that can never run the engine is told in one line', () => {
  const arch = Object.getOwnPropertyDescriptor(process, 'arch') ?? {};
  Object.defineProperty(process, 'arch', { ...arch, value: 'ia32' });
  try {
    const attempt = () => setUp(() => undefined, {}, { RADWEAVE_CACHE: tempDir() });
    expect(attempt).toThrow(/^libtorch needs a processor of 64 bits.*this Node\.js is for ia32$/);
  } finally {
    Object.defineProperty(process, 'arch', arch);
  }
});
