import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@radweave/artifacts';
import type { StageEvent } from '@radweave/study/context/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { phantomStudy } from '../testing/phantom-study.ts';

let folder: string;
let config: Config;
// Processes load what was built.
const library = await import('@radweave/pipeline');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-workers-'));
  config = phantomStudy(folder);
  await library.plan(config, { bestHparamsDir: join(folder, 'best'), explain: false });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [
    { workers: 2, devices: ['cpu'] },
    { code: 'E_FLAGS', exitCode: 2 },
  ],
  [{ devices: [] }, { code: 'E_FLAGS', exitCode: 2 }],
  [{ workers: 1.5 }, { code: 'E_STAGE_OPTIONS', exitCode: 2 }],
  [{ devices: ['cpu', 'quantum'] }, { exitCode: 2, message: expect.stringMatching(/"quantum".*--devices/) }],
  [{ devices: ['cpu', 'cuda:99'] }, { exitCode: 5, message: expect.stringContaining("'cuda:99'") }],
])('workers %j are refused before one begins', async (wanted, error) => {
  await expect(library.work(config, wanted)).rejects.toMatchObject(error);
  expect((await library.status(config)).every(({ worker }) => worker === null)).toBe(true);
});

test('workers of a script tell what they do, stop when they are asked to, and go on', async () => {
  const stopping = new AbortController();
  const stopped = library.work(config, {
    workers: 2,
    signal: stopping.signal,
    onEvent: ({ kind }) => {
      if (kind === 'epoch') stopping.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED', exitCode: 4 });
  const begun = await library.status(config);
  expect(begun.map(({ state }) => state)).not.toContain('failed');
  expect(begun.at(-1)).toMatchObject({ name: 'report', state: 'waiting' });

  const events: [kind: StageEvent['kind'], worker: number][] = [];
  const tasks = await library.work(config, {
    devices: ['cpu', 'cpu'],
    index: 1,
    onEvent: ({ kind }, worker) => events.push([kind, worker]),
  });
  expect(new Set(tasks.map(({ state }) => state))).toEqual(new Set(['done']));
  expect(new Set(events.map(([, worker]) => worker))).toEqual(new Set([2, 3]));
  expect(new Set(events.map(([kind]) => kind))).toEqual(new Set(['log', 'progress', 'step', 'epoch']));
});
