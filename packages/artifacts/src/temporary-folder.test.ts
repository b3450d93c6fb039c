import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onLinux } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { explainFileError } from './files/explain.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

test('what is in the folder is gone afterwards, whatever came of it', async () => {
  let place = '';
  const fill = (folder: string): string => {
    place = folder;
    writeFileSync(join(folder, 'x'), 'x');
    return 'done';
  };
  expect(await inTemporaryFolder('test', fill)).toBe('done');
  expect(place.startsWith(join(tmpdir(), '.radweave-test.'))).toBe(true);
  expect(existsSync(place)).toBe(false);
  const failing = inTemporaryFolder('test', (folder) => {
    fill(folder);
    throw new Error('mine');
  });
  await expect(failing).rejects.toThrow(/^mine$/);
  expect(existsSync(place)).toBe(false);
});

test('a full disk of temporary files is told with TMPDIR, one of results as everywhere', async () => {
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const failing = (pathOf: (folder: string) => string): Promise<unknown> =>
    inTemporaryFolder('test', (folder) => {
      throw explainFileError(full, 'write', pathOf(folder));
    });
  await expect(failing((folder) => join(folder, 'x'))).rejects.toMatchObject({
    code: 'E_DISK_FULL',
    hint: expect.stringContaining('TMPDIR'),
  });
  await expect(failing(() => '/results')).rejects.toMatchObject({
    hint: expect.stringContaining('choose another output folder'),
  });
});

onLinux('a folder for temporary files that nobody may write to is told with TMPDIR', async () => {
  vi.stubEnv('TMPDIR', '/sys/kernel');
  await expect(inTemporaryFolder('test', () => 0)).rejects.toMatchObject({
    code: 'E_NOT_WRITABLE',
    exitCode: 5,
    hint: expect.stringContaining('TMPDIR'),
  });
  vi.unstubAllEnvs();
});
