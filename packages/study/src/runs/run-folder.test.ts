import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rmSync } from '@radweave/artifacts/files';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { RunFolder } from './run-folder.ts';

vi.mock('@radweave/artifacts/files', async (original) => {
  const real = await original<typeof import('@radweave/artifacts/files')>();
  return { ...real, rmSync: vi.fn(real.rmSync) };
});

test('of a run that begins anew the record goes last and the settings stay: killed in between, it still begins anew', () => {
  const run = new RunFolder(tempDir(), 'anew');
  for (const folder of [run.checkpoints, join(run.logs, 'splits')]) mkdirSync(folder, { recursive: true });
  for (const path of [run.best, run.record, run.config, run.history, run.log]) writeFileSync(path, '');
  run.clear();
  const removed = vi.mocked(rmSync).mock.calls.map(([path]) => path);
  expect(removed.at(-1)).toBe(run.record);
  expect(removed.toSorted()).toEqual(
    [run.best, run.record, run.history, run.log, join(run.logs, 'splits')].toSorted(),
  );
  expect([readdirSync(run.checkpoints), readdirSync(run.logs)]).toEqual([[], ['config.yaml']]);
});
