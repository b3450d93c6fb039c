import { realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { fileStamp, mainLibrary } from './libtorch.ts';
import { writeTree } from './made-up-trees.test.support.ts';
import { NativeNotBuiltError, type NativeRecord, readNativeRecord, recordPath } from './record.ts';

/** A cache with a record as set-up writes it, its files made up. */
function built(): { env: NodeJS.ProcessEnv; folder: string; record: NativeRecord } {
  const folder = realpathSync(tempDir());
  const env = { RADWEAVE_CACHE: folder };
  const library = mainLibrary(join(folder, 'lib'), process.platform);
  writeTree('', { [library]: 'cpu', [join(folder, 'boot.node')]: '', [join(folder, 'radweave.node')]: '' });
  const record: NativeRecord = {
    addon: join(folder, 'radweave.node'),
    boot: join(folder, 'boot.node'),
    cudaAddon: null,
    distributedAddon: null,
    libtorch: {
      root: folder,
      version: '2.0.0',
      source: 'system',
      libDirs: [join(folder, 'lib')],
      gpu: null,
      stamp: fileStamp(library),
    },
    blas: { kind: 'bundled', preload: [] },
  };
  for (const root of [undefined, folder]) writeTree('', { [recordPath(env, root)]: JSON.stringify(record) });
  return { env, folder, record };
}

test('without a build, the error names the command and has exit code 5', () => {
  const attempt = () => readNativeRecord({ RADWEAVE_CACHE: tempDir() });
  expect(attempt).toThrow(NativeNotBuiltError);
  expect(attempt).toThrow(/Run: radweave setup {3}\(in a checkout: npm run setup\)/);
  expect(attempt).toThrow(expect.objectContaining({ code: 5 }));
});

test('what was recorded is read back', () => {
  const { env, record } = built();
  expect(readNativeRecord(env)).toEqual(record);
});

test('another RADWEAVE_LIBTORCH is another build', () => {
  const { env } = built();
  expect(() => readNativeRecord({ ...env, RADWEAVE_LIBTORCH: '/elsewhere' })).toThrow(
    /no build of this version for RADWEAVE_LIBTORCH=\/elsewhere/,
  );
});

test('one libtorch has one build, however RADWEAVE_LIBTORCH names it', () => {
  const { env, folder, record } = built();
  const link = join(tempDir(), 'link');
  symlinkSync(folder, link);
  for (const name of [folder, `${folder}/`, join(folder, 'lib', '..'), link]) {
    expect(readNativeRecord({ ...env, RADWEAVE_LIBTORCH: name })).toEqual(record);
  }
});

test('a replaced libtorch and a missing addon are told', () => {
  const { env, folder, record } = built();
  const library = mainLibrary(join(folder, 'lib'), process.platform);
  writeTree('', { [library]: 'another version' });
  expect(() => readNativeRecord(env)).toThrow(/has been replaced/);
  writeTree('', {
    [recordPath(env, undefined)]: JSON.stringify({ ...record, addon: join(folder, 'gone.node') }),
  });
  expect(() => readNativeRecord(env)).toThrow(/gone\.node is gone/);
});

test('a damaged record is not a build', () => {
  const { env } = built();
  writeTree('', { [recordPath(env, undefined)]: '{' });
  expect(() => readNativeRecord(env)).toThrow(NativeNotBuiltError);
});
