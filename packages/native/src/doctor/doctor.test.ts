import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { libtorchTree, madeUpBuild, writeTree } from '../setup/made-up-trees.test.support.ts';
import { diagnose } from './doctor.ts';

function libtorchRow(env: NodeJS.ProcessEnv): string | undefined {
  return diagnose({ PATH: process.env.PATH, RADWEAVE_CACHE: tempDir(), ...env }).rows.find(
    ([what]) => what === 'libtorch',
  )?.[1];
}

onLinux('before set-up, doctor says which libtorch set-up would take', () => {
  const root = tempDir();
  writeTree(root, libtorchTree());
  const row = libtorchRow({ RADWEAVE_LIBTORCH: root });
  expect(row).toMatch(/^1\.13\.0 \(RADWEAVE_LIBTORCH\), .*: set-up would take it/);
  expect(row).toContain(root);
});

test('where set-up could take none, doctor says so and names the remedy', () => {
  const env = { PATH: process.env.PATH, RADWEAVE_CACHE: tempDir(), RADWEAVE_LIBTORCH: '/nowhere/torch' };
  const { rows, problems } = diagnose(env);
  expect(rows).toContainEqual(['libtorch', 'none that set-up can use']);
  expect(problems.join('\n')).toMatch(/'\/nowhere\/torch', which does not exist/);
});

onLinux('before set-up, doctor says what set-up would not take, and why', () => {
  const venv = tempDir();
  const { 'lib/libc10.so': _, ...broken } = libtorchTree();
  writeTree(venv, {
    ...Object.fromEntries(Object.entries(broken).map(([name, text]) => [`torch/${name}`, text])),
  });
  writeTree(venv, { 'bin/python': `#!/bin/sh\necho ${venv}/torch\n` });
  chmodSync(join(venv, 'bin/python'), 0o755);
  expect(libtorchRow({ VIRTUAL_ENV: venv })).toContain(`not taken: ${venv}/torch: missing lib/libc10.so`);
});

onLinux('of a set-up whose libtorch was deleted, doctor says so, and what set-up would take now', () => {
  const { env, folder } = madeUpBuild();
  rmSync(join(folder, 'lib'), { recursive: true });
  const root = tempDir();
  writeTree(root, libtorchTree());
  writeTree(env.RADWEAVE_CACHE, { 'native/named-libtorch': root });
  const { rows, problems, record } = diagnose({ PATH: process.env.PATH, ...env });
  expect(record).toBeUndefined();
  expect(problems[0]).toContain(`libtorch 2.0.0 is gone from ${join(folder, 'lib')}`);
  expect(Object.fromEntries(rows).libtorch).toContain(`${root}: set-up would take it`);
});

test('of an engine that does not load any more, doctor says what to remove', () => {
  const { env, folder } = madeUpBuild();
  const { problems } = diagnose({ PATH: process.env.PATH, ...env });
  expect(problems[0]).toMatch(/^The engine does not work: /);
  expect(problems[0]).toContain(`\nIf it worked before, remove ${folder}, then run radweave setup`);
});

test.each([
  ['RADWEAVE_KERNELS', '2', 'must be 0 or 1'],
  ['RADWEAVE_THREADS', 'many', 'must be a whole number of at least 1'],
])('of %s=%s doctor says what it takes, and blames no engine', (name, value, wanted) => {
  const { env } = madeUpBuild();
  const { problems } = diagnose({ PATH: process.env.PATH, ...env, [name]: value });
  expect(problems).toEqual([`${name} ${wanted}, not '${value}'`]);
});
