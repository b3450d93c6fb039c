import { parentPort, workerData } from 'node:worker_threads';

/** The whole of a thread of `WorkerThreads`: jobs in, results out, and the end when it gets null. */
export function serveJobs<Job>(doJob: (job: Job) => unknown): void {
  /** Not zero once nobody wants results any more. */
  const stop: Int32Array = workerData;
  parentPort?.on('message', async (asked: { index: number; job: Job } | null) => {
    if (asked === null) parentPort?.close();
    else if (Atomics.load(stop, 0) === 0) {
      parentPort?.postMessage({ index: asked.index, results: await doJob(asked.job) });
    }
  });
}
