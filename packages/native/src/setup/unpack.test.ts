import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { SetupError } from './errors.ts';
import { fileStamp } from './libtorch.ts';
import { madeUpWheel, writeTree } from './made-up-trees.test.support.ts';
import { takeInstalled, unpackWheel } from './unpack.ts';

const FILES = { 'torch/lib/libc10.so': 'c10', 'torch/nn/x.py': 'python' };

function unpack(wheel: Buffer, isWanted: (name: string) => boolean = () => true): string {
  const folder = tempDir();
  writeFileSync(join(folder, 'torch.whl'), wheel);
  unpackWheel(join(folder, 'torch.whl'), isWanted, join(folder, 'site'));
  return join(folder, 'site');
}

test('what is wanted of a wheel is unpacked, the rest is not', () => {
  const site = unpack(madeUpWheel(FILES), (name) => name.includes('lib'));
  expect(readFileSync(join(site, 'torch/lib/libc10.so'), 'utf8')).toBe('c10');
  expect(existsSync(join(site, 'torch/nn'))).toBe(false);
});

test('what is unpacked again has the same stamp, so that the engine built for it stays valid', () => {
  const stamps = [1, 2].map(() => fileStamp(join(unpack(madeUpWheel(FILES)), 'torch/lib/libc10.so')));
  expect(stamps[0]).toBe('3-315532800000');
  expect(stamps[1]).toBe(stamps[0]);
});

test('an altered file, a wheel that is cut off, one without a list, and a path that leads elsewhere are refused', () => {
  const altered = madeUpWheel(FILES, { listed: { 'torch/lib/libc10.so': 'other' } });
  expect(() => unpack(altered)).toThrow(SetupError);
  expect(() => unpack(altered)).toThrow(/libc10\.so is not what its RECORD says/);
  const whole = madeUpWheel(FILES);
  expect(() => unpack(whole.subarray(0, whole.length * 0.9))).toThrow(/cut off or no zip file/);
  expect(() => unpack(madeUpWheel(FILES, { name: 'a/b' }))).toThrow(/no RECORD/);
  expect(() => unpack(madeUpWheel({ '../evil': 'x' }))).toThrow(/leads elsewhere/);
});

test('of an installed torch the same is taken, and a file that was altered since is refused', () => {
  const folder = tempDir();
  const whole = unpack(madeUpWheel(FILES));
  takeInstalled(whole, (name) => name.includes('lib'), folder);
  expect(readFileSync(join(folder, 'torch/lib/libc10.so'), 'utf8')).toBe('c10');
  writeTree(whole, { 'torch/lib/libc10.so': 'c11' });
  expect(() => takeInstalled(whole, () => true, tempDir())).toThrow(/is not what its RECORD says/);
});
