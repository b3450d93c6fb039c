import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNativeRecord } from '../packages/native/src/setup/record.ts';
import { tooNew } from './prebuild.mjs';

test('an addon may ask for what RHEL 8 has, and for nothing newer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'radweave-prebuild-'));
  const addon = join(folder, 'addon.node');
  const newer = ['GLIBC_2.34', 'GLIBC_ABI_DT_RELR', 'GLIBCXX_3.4.29', 'CXXABI_1.3.13', 'GCC_12.0.0'];
  const old = ['GLIBC_2.2.5', 'GLIBC_2.28', 'GLIBCXX_3.4', 'GLIBCXX_3.4.25', 'CXXABI_1.3.11', 'GCC_3.0'];
  try {
    writeFileSync(addon, `ELF\0libc.so.6\0${[...old, ...newer].join('\0')}\0NOT_GLIBC_2.40\0`);
    expect(tooNew(addon)).toEqual(newer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an engine that is built here asks for no newer glibc, though there is one', (context) => {
  if (process.platform !== 'linux') context.skip('glibc is of Linux');
  const { addon, boot, distributedAddon, cudaAddon } = readNativeRecord();
  for (const file of [addon, boot, distributedAddon, cudaAddon]) {
    if (file === null) continue;
    // What it asks of libstdc++ depends on libtorch: the pinned one brings newer functions along.
    expect(tooNew(file).filter((name: string) => name.startsWith('GLIBC_'))).toEqual([]);
  }
});
