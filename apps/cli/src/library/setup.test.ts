import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StageEvent } from '@radweave/pipeline';
import { onPosix, tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { downloadOnly, setup } from './setup.ts';

/** What was told before an error. */
async function told(work: (onEvent: (event: StageEvent) => void) => Promise<unknown>): Promise<unknown[]> {
  const events: StageEvent[] = [];
  const error = await work((event) => events.push(event)).catch((thrown: Error) => thrown);
  return [...events, error instanceof Error ? [error.name, error.message] : error];
}

onPosix('libtorch for another machine is fetched from a script, which is told of it', async () => {
  const bin = tempDir();
  writeFileSync(join(bin, 'python3'), '#!/bin/sh\n[ "$3" = --version ] && echo "pip 26.0 from /x"');
  chmodSync(join(bin, 'python3'), 0o755);
  vi.stubEnv('PATH', bin);
  vi.stubEnv('RADWEAVE_CACHE', tempDir());
  const folder = join(tempDir(), 'libtorch');
  const fetched = await told((onEvent) => downloadOnly(folder, { platform: 'darwin-arm64' }, { onEvent }));
  expect(fetched).toEqual([
    { kind: 'log', level: 'info', text: expect.stringMatching(/^Fetching a wheel, \d+ MB$/) },
    ['SetupError', expect.stringContaining('pip could not fetch libtorch')],
  ]);
  const none = join(tempDir(), 'none');
  const wanted = { platform: 'darwin-arm64', engine: 'cuda' } as const;
  expect(await told((onEvent) => downloadOnly(none, wanted, { onEvent }))).toEqual([
    ['SetupError', expect.stringMatching(/^PyPI has no torch \S+ \(cuda\) for darwin-arm64$/)],
  ]);
  expect(existsSync(none)).toBe(false);
});

test('set-up from a script says what it takes, and its error what is wrong', async () => {
  vi.stubEnv('RADWEAVE_CACHE', tempDir());
  const from = join(tempDir(), 'none');
  expect(await told((onEvent) => setup({ from }, { onEvent }))).toEqual([
    [expect.any(String), expect.stringContaining(`--from names '${from}', which does not exist`)],
  ]);
});
