// Two set-ups that share a cache: while the first one's pip is at work, a second one fetches all that it needs.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { compiledFile } from '../compiled.ts';
import { fetchLibtorch } from './fetch.ts';
import { pip, programs } from './made-up-programs.test.support.ts';
import { libtorchTree, madeUpWheel } from './made-up-trees.test.support.ts';
import { packageClient } from './package-client.ts';
import { PINNED_TORCH } from './pinned.ts';
import type { Engine } from './wheels.ts';

const FILE = 'torch-9.9.0-cp311-cp311-manylinux_2_28_x86_64.whl';
const TREE = { ...libtorchTree(), 'lib/libtorch_cuda.so': 'cuda' };
const FILES = Object.fromEntries(Object.entries(TREE).map(([name, text]) => [`torch/${name}`, text]));

function fetchWhile(slow: Engine, fast: Engine): void {
  const wheels = tempDir();
  const bytes = madeUpWheel(FILES);
  writeFileSync(join(wheels, FILE), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const pinned = [{ file: FILE, bytes: bytes.length, sha256 }];
  const meanwhile = `
if [ -n "$MEANWHILE" ]; then
  echo "$MEANWHILE" > ${wheels}/second.mjs; unset MEANWHILE
  ${process.execPath} ${wheels}/second.mjs > ${wheels}/second 2>&1
fi`;
  const env = programs({ python3: pip('26.0', wheels, meanwhile) });
  const client = packageClient(env);
  if (client === undefined) throw new Error('no pip');
  const [one, devices, ...rest] = [client, fast, env, pinned].map((each) => JSON.stringify(each));
  env.MEANWHILE = `
import { fetchLibtorch } from '${compiledFile(import.meta.url, './fetch.js')}';
console.log(fetchLibtorch(${one}, ${devices}, () => undefined, ${rest}));`;
  const root = fetchLibtorch(client, slow, () => undefined, env, pinned);
  const cache = join(env.RADWEAVE_CACHE ?? '', 'libtorch');
  expect(readFileSync(join(wheels, 'second'), 'utf8').trim()).toBe(
    join(cache, `${PINNED_TORCH}-${fast}`, 'torch'),
  );
  expect(readdirSync(cache)).toEqual(
    [...new Set([slow, fast])].sort().map((engine) => `${PINNED_TORCH}-${engine}`),
  );
  expect(dirname(root)).toBe(join(cache, `${PINNED_TORCH}-${slow}`));
  for (const engine of [slow, fast]) {
    const lib = join(cache, `${PINNED_TORCH}-${engine}`, 'torch', 'lib');
    expect(existsSync(join(lib, 'libtorch_cuda.so'))).toBe(engine === 'cuda');
  }
}

const BOTH: readonly [Engine, Engine][] = [
  ['cpu', 'cuda'],
  ['cuda', 'cpu'],
  ['cpu', 'cpu'],
];
for (const [slow, fast] of BOTH) {
  onLinux(`a set-up for ${slow} is not disturbed by one for ${fast} that is faster`, () =>
    fetchWhile(slow, fast),
  );
}
