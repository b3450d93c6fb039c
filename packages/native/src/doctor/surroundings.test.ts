import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onLinux, tempDir, withoutRoot } from '@radweave/testkit';
import { expect, test } from 'vitest';
import {
  coresFound,
  driverFound,
  folderFound,
  localeFound,
  memoryFound,
  problemsOf,
  proxyFound,
  surroundings,
  systemFound,
} from './surroundings.ts';

test('an old glibc is a problem with what would work', () => {
  expect(systemFound({ platform: 'linux', arch: 'x64', glibc: '2.17' }).problem).toMatch(/2\.28 or newer/);
  expect(systemFound({ platform: 'linux', arch: 'x64', glibc: '2.36' }).problem).toBeUndefined();
});

test('the limit of a container counts, not the memory of the machine', () => {
  expect(memoryFound(1e9, 64e9)).toMatchObject({
    state: expect.stringMatching(/^64\.0 GB.*limited to 1\.0 GB$/),
    problem: expect.stringMatching(/1\.0 GB of memory is too little.*--mem/),
  });
  // Node.js tells a number beyond any memory where there is no limit.
  expect(memoryFound(2 ** 63, 64e9)).not.toHaveProperty('problem');
  expect(memoryFound(0, 64e9).state).not.toMatch(/limited/);
});

test('a container with less time than cores gets the advice, unless threads are set', () => {
  expect(coresFound(2.5, {}, 16).state).toMatch(/^16 of .*time of 2\.5, faster with RADWEAVE_THREADS=2$/);
  expect(coresFound(0.5, {}, 16).state).toMatch(/RADWEAVE_THREADS=1$/);
  expect(coresFound(2, { OMP_NUM_THREADS: '1' }, 16).state).toMatch(/OMP_NUM_THREADS is 1$/);
  expect(coresFound(undefined, {}, 16).state).not.toMatch(/container/);
});

test('a folder is tried, though it is not made yet', () => {
  const found = folderFound('Cache', join(tempDir(), 'not', 'yet'));
  expect(found).toEqual({ what: 'Cache', state: expect.stringMatching(/yet, .* free$/) });
});

test('a folder that is a file is told with the remedy', () => {
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  expect(folderFound('Cache', join(file, 'radweave')).problem).toMatch(
    /cannot be written .*Set RADWEAVE_CACHE to another folder/,
  );
});

onLinux('a folder that only root may write is told', async () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'locked'));
  chmodSync(join(folder, 'locked'), 0o500);
  const found = await withoutRoot(folder, () => folderFound('Temporary files', join(folder, 'locked')));
  expect(found.problem).toMatch(/EACCES.*TMPDIR/);
});

test('a proxy is shown without its password, and one that is not for HTTP is a problem', () => {
  const found = proxyFound({ https_proxy: 'http://ann:s3cret@proxy.clinic:3128', HTTP_PROXY: 'proxy:80' });
  expect(found).toEqual({
    what: 'Proxy',
    state: 'HTTP_PROXY http://proxy:80, https_proxy http://…@proxy.clinic:3128',
  });
  expect(proxyFound({ ALL_PROXY: 'socks5://localhost:1080' }).problem).toMatch(/^ALL_PROXY must be http:/);
  expect(proxyFound({}).state).toBe('none');
});

test('a cache or proxy that cannot be used is a warning where the engine works, and must be fixed before', () => {
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  const env = { PATH: process.env.PATH, RADWEAVE_CACHE: join(file, 'radweave'), HTTPS_PROXY: 'socks5://a:1' };
  const found = surroundings(undefined, env).filter(({ what }) => what === 'Cache' || what === 'Proxy');
  const texts = [/cannot be written .*RADWEAVE_CACHE/, /HTTPS_PROXY must be/].map((text) =>
    expect.stringMatching(text),
  );
  expect(problemsOf(found, true)).toEqual({ problems: [], warnings: texts });
  expect(problemsOf(found, false)).toEqual({ problems: texts, warnings: [] });
});

test('a folder for temporary files that cannot be used must be fixed', () => {
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  const { problems, warnings } = problemsOf([folderFound('Temporary files', file)], true);
  expect([problems, warnings]).toEqual([[expect.stringMatching(/TMPDIR/)], []]);
});

onLinux('a locale without UTF-8 is told', () => {
  expect(localeFound({ LANG: 'POSIX' }).state).toMatch(/LANG=C\.UTF-8/);
  expect(localeFound({ LC_ALL: 'zh_CN.UTF-8', LANG: 'POSIX' }).state).toBe('zh_CN.UTF-8');
});

onLinux('a driver that this libtorch does not use, or that is too old, is told with what to do', () => {
  const smi = (text: string): NodeJS.ProcessEnv => {
    const bin = tempDir();
    writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
    return { PATH: bin };
  };
  const record = { libtorch: { gpu: null } } as never;
  expect(driverFound(record, smi('580.65.06, 9.0, NVIDIA H100')).state).toBe(
    '580.65, NVIDIA H100 (compute capability 9); this libtorch does not use it: radweave setup --engine cuda',
  );
  expect(driverFound(undefined, smi('470.82.01, 7.5, Tesla T4')).state).toMatch(/update the driver \(580/);
});
