import { once } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { type Config, configure } from '@radweave/artifacts';
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

// The thread loads what was built.
const { withRunner } = await import('@radweave/pipeline');

/** Runs a stage that takes no time. */
function checks(): (runner: Runner, of?: Config) => Promise<unknown> {
  const folder = tempDir();
  const config = phantomStudy(folder);
  return (runner, of = config) =>
    runner.run('check', { config: of, bestHparamsDir: folder }, () => undefined);
}

test('stages of one job share a thread, which ends with it; after one that fails the next has another', async () => {
  const check = checks();
  const nowhere = configure({ data: { root_dir: join(tempDir(), 'nowhere') } });
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

test('a thread that is lost in a stage has ended before the next begins, and takes one stage at a time', async () => {
  const check = checks();
  await withRunner({}, async (runner) => {
    const begun = once(process, 'worker');
    const lost = check(runner);
    const [worker] = (await begun) as [Worker];
    let hasEnded = false;
    worker.once('exit', () => {
      hasEnded = true;
    });
    worker.emit('error', new Error('lost'));
    await expect(lost).rejects.toThrow('lost');
    expect(hasEnded).toBe(true);
    await check(runner);
    const second = check(runner);
    await expect(check(runner)).rejects.toThrow('a thread runs one stage at a time');
    await second;
  });
});
