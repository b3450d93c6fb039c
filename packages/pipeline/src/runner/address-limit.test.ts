import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { addressLimit, requireAddresses } from './address-limit.ts';

const limits = (soft: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax address space         ${soft.padEnd(20)} unlimited            bytes     \n`;

test('a limit of addresses is read, and one that is too small is an error that says how to raise it', () => {
  expect(addressLimit(limits('unlimited'))).toBe(Number.POSITIVE_INFINITY);
  expect(addressLimit(limits('16384000000'))).toBe(16_384_000_000);
  expect(addressLimit('')).toBe(Number.POSITIVE_INFINITY);
  for (const [stage, enough, less] of [
    ['train', '16384000000', '12288000000'],
    ['extract_shard', '16384000000', '12288000000'],
    ['report', '4096000000', '2560000000'],
  ] as const) {
    expect(() => requireAddresses(stage, limits(enough))).not.toThrow();
    expect(() => requireAddresses(stage, limits(less))).toThrow(/GB of address space, but .* needs \d+ GB/);
  }
});

test('a command under such a limit ends at once with 5, and neither hangs nor crashes', (context) => {
  if (process.platform !== 'linux') context.skip('only Linux tells a process its limits');
  const command = fileURLToPath(new URL('../../../../apps/cli/bin/radweave.mjs', import.meta.url));
  const script = 'ulimit -v 12000000; exec "$0" "$1" train --modality A';
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script, process.execPath, command], {
    cwd: tempDir(),
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(stderr).toMatch(/train needs 16 GB before it reads an image\. Raise the limit: ulimit -v unlimited/);
  expect(status).toBe(5);
});
