import { join } from 'node:path';
import { configure } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { Runner } from '../job/job.ts';
import { phantomStudy } from '../testing/phantom-study.ts';

/** How many threads of stages are begun while something is done. */
async function threadsOf(work: () => Promise<unknown>): Promise<number> {
  const begun: object[] = [];
  const onWorker = (worker: object): void => void begun.push(worker);
  process.on('worker', onWorker);
  try {
    await work();
  } finally {
    process.off('worker', onWorker);
  }
  return begun.length;
}

test('stages of one job share a thread, which ends with it; after one that fails the next has another', async () => {
  // The thread loads what was built.
  const { withRunner } = await import('@radweave/pipeline');
  const folder = tempDir();
  const config = phantomStudy(folder);
  const nowhere = configure({ data: { root_dir: join(folder, 'nowhere') } });
  const check = (runner: Runner, of = config): Promise<unknown> =>
    runner.run('check', { config: of, bestHparamsDir: folder }, () => undefined);
  const threads = await threadsOf(() =>
    withRunner({}, async (runner) => {
      expect(await threadsOf(() => check(runner))).toBe(1);
      expect(await threadsOf(() => check(runner))).toBe(0);
      await expect(check(runner, nowhere)).rejects.toMatchObject({ exitCode: 2 });
      expect(await threadsOf(() => check(runner))).toBe(1);
    }),
  );
  expect(threads).toBe(2);
  expect(await threadsOf(() => withRunner({}, (runner) => check(runner)))).toBe(1);
});
