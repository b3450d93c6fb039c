import { carriedError } from '@radweave/artifacts';
import type { Following } from '../runner/host.ts';
import { work } from '../tasks/work.ts';
import { withRunner } from './runner.ts';
import type { FromWorker, ToWorker } from './worker-processes.ts';

/** Entry of a process that does tasks of a plan beside others. It ends with the process that started it. */

const stopping = new AbortController();
// A scheduler may ask every process of a job; whoever started this one asks it, too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const) {
  process.on(signal, () => stopping.abort());
}
const ends = (): never => process.exit();
process.on('disconnect', ends);
process.on('message', async (message: ToWorker) => {
  if (message === 'stop') stopping.abort();
  else await workOn(message);
});

/** Returns when the message, and all before it, have been written. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function workOn({ opens, index }: Exclude<ToWorker, 'stop'>): Promise<void> {
  const { signal } = stopping;
  const following: Following = { onEvent: (event) => void tell({ type: 'event', event }), signal };
  try {
    await withRunner(following, (runner) => work(opens, runner, { index, signal }));
    await tell({ type: 'done' });
  } catch (error) {
    await tell({ type: 'failed', error: carriedError(error) });
  }
  process.off('disconnect', ends);
  process.disconnect();
}
