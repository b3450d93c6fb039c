import { parentPort, workerData } from 'node:worker_threads';
import { ImageFault, ImageFaults } from '../fault.ts';
import { ImagingThreads } from '../threads/threads.ts';
import { buildStore } from './build.ts';
import type { BuildNews, BuildOrder, CarriedFault } from './builder.ts';

/** The whole of the decoding thread: orders in, stores built in turn, and the end when it gets null. */

const threads = new ImagingThreads(workerData ?? undefined);
const ending = new AbortController();
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (order: BuildOrder | null) => {
  if (order === null) {
    ending.abort(new Error('decoding was ended'));
    // Now, so that jobs which wait for a thread are not done any more.
    const closed = threads.close();
    last = last.then(() => closed).then(() => parentPort?.close());
  } else last = last.then(() => serve(order));
});

async function serve({ id, paths, file, shape }: BuildOrder): Promise<void> {
  const onProgress = (done: number, total: number): void => tell({ id, done, total });
  try {
    tell({
      id,
      built: await buildStore(paths, file, { ...shape, threads, signal: ending.signal, onProgress }),
    });
  } catch (error) {
    tell({ id, failure: carried(error) });
  }
}

function tell(news: BuildNews): void {
  parentPort?.postMessage(news);
}

function carried(error: unknown): CarriedFault {
  if (error instanceof ImageFaults) return { kind: 'faults', faults: error.faults };
  if (error instanceof ImageFault) return { kind: 'fault', fault: error.record() };
  if (!(error instanceof Error))
    return { kind: 'other', message: String(error), stack: undefined, fields: {} };
  // Not the error itself: one that ended an imaging thread was made by Node.js in a way that copying turns into an empty object.
  return { kind: 'other', message: error.message, stack: error.stack, fields: { ...error } };
}
