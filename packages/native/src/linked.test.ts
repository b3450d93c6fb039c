// Which libraries the engine asks the linker for: with a libtorch for GPUs too it must load where no GPU's library is.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readNativeRecord } from './setup/record.ts';
import { onPath } from './setup/run.ts';

test("of libtorch the engine is linked to the CPU's libraries alone", (context) => {
  if (!onPath('readelf')) context.skip('readelf is missing (binutils)');
  const text = execFileSync('readelf', ['-d', readNativeRecord().addon], { encoding: 'utf8' });
  const needed = [...text.matchAll(/\(NEEDED\).*\[lib([\w+-]+)\.so/g)].map(([, name]) => name);
  expect(needed).toContain('c');
  const system = ['c', 'm', 'stdc++', 'gcc_s', 'dl', 'pthread', 'rt', 'ld-linux-x86-64', 'atomic'];
  expect(needed.filter((name) => name !== undefined && !system.includes(name))).toEqual(['torch_cpu', 'c10']);
});

// Where a GPU's library was mapped first, the engine went with the first worker that ended, and every process crashed at its end.
test('the engine stays mapped when the worker that loaded it ends', (context) => {
  if (!onPath('readelf')) context.skip('readelf is missing (binutils)');
  const text = execFileSync('readelf', ['-d', readNativeRecord().addon], { encoding: 'utf8' });
  expect(text).toMatch(/FLAGS_1.*NODELETE/);
});

test('the engine finds libtorch beside itself, and names no place of the machine it was built on', (context) => {
  if (!onPath('readelf')) context.skip('readelf is missing (binutils)');
  const text = execFileSync('readelf', ['-d', readNativeRecord().addon], { encoding: 'utf8' });
  expect([...text.matchAll(/\((?:RPATH|RUNPATH)\).*\[(.*)\]/g)].map(([, path]) => path)).toEqual([
    '$ORIGIN/libtorch',
  ]);
});
