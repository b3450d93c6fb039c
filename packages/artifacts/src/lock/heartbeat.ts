import { Worker } from 'node:worker_threads';
import { compiledFile } from '@radweave/native/compiled';

/** How often a holder changes its lease, and after how long without a change it counts as gone; milliseconds. */
export interface LeaseTimes {
  readonly beat: number;
  readonly lease: number;
}

export const LEASE_TIMES: LeaseTimes = { beat: 2000, lease: 20_000 };

export type Stop = () => void;

const ending = new Set<Promise<unknown>>();

/**
 * When the threads of all heartbeats that were stopped have ended. A thread waits for it before it ends: one that ends before the
 * threads it has started leaves a port of each in the process for good.
 */
export async function heartbeatsEnded(): Promise<void> {
  await Promise.all(ending);
}

/**
 * Changes a lease again and again, in a thread of its own: a training step or a classifier keeps the caller's busy for longer
 * than a lease lasts.
 */
export function beat(path: string, { beat }: LeaseTimes): Stop {
  const entry = compiledFile(import.meta.url, './heartbeat-thread.js');
  const worker = new Worker(entry, { execArgv: [], workerData: { path, beat } });
  worker.unref();
  // Without a heartbeat the lease ends, which whoever holds it looks at before it writes.
  worker.on('error', () => undefined);
  return () => {
    const end = worker.terminate();
    ending.add(end);
    void end.then(() => ending.delete(end));
  };
}
