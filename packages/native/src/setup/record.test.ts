import { rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { fileStamp, type Libtorch, mainLibrary } from './libtorch.ts';
import { madeUpBuild, writeTree } from './made-up-trees.test.support.ts';
import { asRecorded, NativeNotBuiltError, readNativeRecord, recordPath } from './record.ts';

test('without a build, the error names the command and has exit code 5', () => {
  const attempt = () => readNativeRecord({ RADWEAVE_CACHE: tempDir() });
  expect(attempt).toThrow(NativeNotBuiltError);
  expect(attempt).toThrow(/Run: radweave setup {3}\(in a checkout: npm run setup\)/);
  expect(attempt).toThrow(expect.objectContaining({ code: 5 }));
});

test('what was recorded is read back', () => {
  const { env, record } = madeUpBuild();
  expect(readNativeRecord(env)).toEqual(record);
});

test('another RADWEAVE_LIBTORCH is another build', () => {
  const { env } = madeUpBuild();
  expect(() => readNativeRecord({ ...env, RADWEAVE_LIBTORCH: '/elsewhere' })).toThrow(
    /no build of this version for RADWEAVE_LIBTORCH=\/elsewhere/,
  );
});

test('one libtorch has one build, however RADWEAVE_LIBTORCH names it', () => {
  const { env, folder, record } = madeUpBuild();
  const link = join(tempDir(), 'link');
  symlinkSync(folder, link);
  for (const name of [folder, `${folder}/`, join(folder, 'lib', '..'), link]) {
    expect(readNativeRecord({ ...env, RADWEAVE_LIBTORCH: name })).toEqual(record);
  }
});

test('a deleted libtorch, a replaced one and a missing addon are told', () => {
  const { env, folder, record } = madeUpBuild();
  const library = mainLibrary(join(folder, 'lib'), process.platform);
  writeTree('', { [library]: 'another version' });
  expect(() => readNativeRecord(env)).toThrow(/has been replaced/);
  writeTree('', {
    [recordPath(env, undefined)]: JSON.stringify({ ...record, addon: join(folder, 'gone.node') }),
  });
  expect(() => readNativeRecord(env)).toThrow(/gone\.node is gone/);
  writeTree('', { [recordPath(env, undefined)]: JSON.stringify(record) });
  rmSync(join(folder, 'lib'), { recursive: true });
  expect(() => readNativeRecord(env)).toThrow(/libtorch 2\.0\.0 is gone from .*lib/);
});

test('a libtorch whose time lost its milliseconds, as in an image, is the same; one of another size or second is not', () => {
  const { env, folder, record } = madeUpBuild();
  const library = mainLibrary(join(folder, 'lib'), process.platform);
  const recordedAt = (seconds: number): void => {
    utimesSync(library, seconds, seconds);
    const libtorch = { ...record.libtorch, stamp: fileStamp(library) };
    writeTree('', { [recordPath(env, undefined)]: JSON.stringify({ ...record, libtorch }) });
  };
  // Reproducible images and OSTree set times of 0 and 1.
  for (const seconds of [0, 0.005, 0.678, 1, 1_700_000_005.678]) {
    writeTree('', { [library]: 'cpu' });
    recordedAt(seconds);
    utimesSync(library, Math.floor(seconds), Math.floor(seconds));
    expect(readNativeRecord(env).libtorch.version).toBe('2.0.0');
    utimesSync(library, seconds + 1, seconds + 1);
    expect(() => readNativeRecord(env)).toThrow(/has been replaced/);
    writeTree('', { [library]: 'cpus' });
    utimesSync(library, seconds, seconds);
    expect(() => readNativeRecord(env)).toThrow(/has been replaced/);
  }
});

test('a damaged record is not a build', () => {
  const { env, folder } = madeUpBuild();
  writeTree('', { [recordPath(env, undefined)]: '{', [recordPath(env, folder)]: '{' });
  expect(() => readNativeRecord(env)).toThrow(NativeNotBuiltError);
  // Set-up writes it anew.
  const libtorch = { root: folder, stamp: '3-1000' } as Libtorch;
  expect(asRecorded(libtorch, env)).toBe(libtorch);
});
