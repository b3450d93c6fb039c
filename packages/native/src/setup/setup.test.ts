import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { ADDONS } from './build.ts';
import { buildKey, nativeCache, sourceHash } from './cache.ts';
import { ConsentNeeded } from './errors.ts';
import { inspectLibtorch } from './libtorch.ts';
import { libtorchTree, writeTree } from './made-up-trees.test.support.ts';
import { namedLibtorch } from './named.ts';
import { readNativeRecord } from './record.ts';
import { setUp } from './setup.ts';

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
  expect(attempt(false)).toThrow(/for cuda is \d\.\d GB to fetch: say so by radweave setup --yes/);
  expect([said, readdirSync(cache)]).toEqual([[], []]);
  // pip brings nothing here.
  expect(attempt(true)).toThrow(/pip could not fetch libtorch/);
  expect(said.join()).toMatch(/Fetching libtorch .* \(cuda\) by python3 -m pip: \d\.\d GB/);
});

onLinux('--engine cuda fetches nothing for a driver that it is not for, and names the build that is', () => {
  const { env, cache } = gpuMachine('535.129.03, 7.0, Tesla V100');
  const attempt = () => setUp(() => undefined, { engine: 'cuda', yes: true }, env);
  expect(attempt).toThrow(/driver 535\.129 with Tesla V100.* is not for it.*whl\/cu128/);
  expect(readdirSync(cache)).toEqual([]);
});

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
    return said.join();
  };
  const warning = 'RADWEAVE_LIBTORCH names /other, which other commands will take instead: unset it';
  expect(saidWith('/other')).toContain(warning);
  expect(saidWith(`${folder}/lib/..`)).not.toContain('RADWEAVE_LIBTORCH');
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
