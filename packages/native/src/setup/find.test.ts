import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { SetupError } from './errors.ts';
import { findLibtorch, libtorchRoot, type Places } from './find.ts';
import { libtorchTree, writeTree } from './made-up-trees.test.support.ts';
import type { Named } from './named.ts';

function tree(files: Record<string, string> = libtorchTree()): string {
  const root = tempDir();
  writeTree(root, files);
  return root;
}

const LINUX = { platform: 'linux', arch: 'x64' } as const;

function byVariable(folder: string): Named {
  return { folder, by: 'RADWEAVE_LIBTORCH' };
}

function find(places: Partial<Places>) {
  return findLibtorch({
    ...LINUX,
    named: undefined,
    python: () => undefined,
    fetched: [],
    prefixes: [],
    ...places,
  });
}

test('RADWEAVE_LIBTORCH comes before Python, Python before the system', () => {
  const [zip, python, system] = [tree(), tree(), tree(libtorchTree({ lib: 'lib/x86_64-linux-gnu' }))];
  const all = { named: byVariable(zip), python: () => python, prefixes: [system] };
  expect(find(all).libtorch).toMatchObject({ source: 'RADWEAVE_LIBTORCH', root: zip });
  expect(find({ ...all, named: undefined }).libtorch).toMatchObject({ source: 'python', root: python });
  expect(find({ prefixes: [system] }).libtorch).toMatchObject({ source: 'system', root: system });
  expect(find({}).libtorch).toBeUndefined();
});

test('RADWEAVE_LIBTORCH may be the folder of a Python environment', () => {
  const venv = tempDir();
  const torch = join(venv, 'lib/python3.12/site-packages/torch');
  writeTree(torch, libtorchTree());
  expect(find({ named: byVariable(venv) }).libtorch?.root).toBe(torch);
  expect(libtorchRoot(venv, LINUX)).toBe(libtorchRoot(torch, LINUX));
});

test('a wrong RADWEAVE_LIBTORCH is an error that names what is missing, never a fall through', () => {
  const wrong = tree({ 'lib/libc10.so': '' });
  const attempt = () => find({ named: byVariable(wrong), prefixes: [tree()] });
  expect(attempt).toThrow(SetupError);
  expect(attempt).toThrow(/is not a libtorch folder; missing: include.*ATen\.h.*libtorch_cpu\.so/);
  expect(() => find({ named: byVariable(join(wrong, 'nowhere')) })).toThrow(/does not exist/);
});

test("Debian's python3-torch, which only links to the system's headers, is the system's libtorch", () => {
  const system = tree(libtorchTree({ lib: 'lib/x86_64-linux-gnu' }));
  const python = join(system, 'lib/python3/dist-packages/torch');
  mkdirSync(join(python, 'include'), { recursive: true });
  symlinkSync(join(system, 'include/ATen'), join(python, 'include/ATen'));
  const { libtorch, skipped } = find({ python: () => python, prefixes: [system] });
  expect(libtorch).toMatchObject({ source: 'system', root: system });
  expect(skipped).toEqual([]);
});

test('a Python torch that cannot be used is passed over with the reason', () => {
  const { 'lib/libc10.so': _, ...broken } = libtorchTree();
  const python = tree(broken);
  const { libtorch, skipped } = find({ python: () => python, prefixes: [tree()] });
  expect(libtorch?.source).toBe('system');
  expect(skipped).toEqual([`${python}: missing ${join('lib', 'libc10.so')}`]);
});

test("the system's libtorch stays the system's, with its BLAS, by whatever name it is given", () => {
  const system = tree(libtorchTree({ lib: 'lib/x86_64-linux-gnu' }));
  const link = join(tempDir(), 'link');
  symlinkSync(system, link);
  for (const folder of [system, `${system}/`, link]) {
    const { libtorch } = find({ named: byVariable(folder), prefixes: [system] });
    expect(libtorch).toMatchObject({ source: 'system', root: system });
  }
});

test('a named libtorch for the CPU alone is an error where GPUs are asked for', () => {
  const root = tree();
  const attempt = () => find({ named: { folder: root, by: 'an earlier --libtorch' }, gpuOnly: true });
  expect(attempt).toThrow(/a libtorch for the CPU alone, and --engine cuda asks for GPUs/);
  writeTree(root, { 'lib/libtorch_cuda.so': '' });
  expect(attempt().libtorch).toMatchObject({ root, gpu: 'cuda' });
});

test('a libtorch named in an earlier set-up and deleted since is told and passed over', () => {
  const named = { folder: join(tempDir(), 'gone'), by: 'an earlier --libtorch' } as const;
  const system = tree();
  const { libtorch, skipped } = find({ named, prefixes: [system] });
  expect(libtorch?.root).toBe(system);
  expect(skipped).toEqual([`${named.folder}, which an earlier --libtorch named, is gone`]);
});

test('a libtorch that no engine can be had for is passed over with the reason, unless it was named', () => {
  const [python, fetched] = [tree(), tree(libtorchTree({ header: '2.15.0' }))];
  const whyUseless = ({ version }: { version: string }) => (version === '2.15.0' ? undefined : 'no compiler');
  const places = { python: () => python, fetched: [fetched], whyUseless };
  const { libtorch, skipped } = find(places);
  expect(libtorch).toMatchObject({ source: 'fetched', root: fetched });
  expect(skipped).toEqual([`${python}: no compiler`]);
  expect(find({ ...places, named: byVariable(python) }).libtorch?.root).toBe(python);
});
