import { Worker } from 'node:worker_threads';
import { compiledFile } from '@radweave/native/compiled';

/** How often a holder changes its lease, and after how long without a change it counts as gone; milliseconds. */
export interface LeaseTimes {
  readonly beat: number;
  readonly lease: number;
}

export const LEASE_TIMES: LeaseTimes = { beat: 2000, lease: 20_000 };

export type Stop = () => void;

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
  return () => void worker.terminate();
}
