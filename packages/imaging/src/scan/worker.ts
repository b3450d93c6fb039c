import { parentPort, workerData } from 'node:worker_threads';
import { doJob, type Job } from './jobs.ts';

/** Not zero once nobody wants results any more. */
const stop: Int32Array = workerData;

/** The whole of a worker thread: jobs in, results out, and the end when it gets null. */
parentPort?.on('message', (asked: { index: number; job: Job } | null) => {
  if (asked === null) parentPort?.close();
  else if (Atomics.load(stop, 0) === 0) {
    parentPort?.postMessage({ index: asked.index, results: doJob(asked.job) });
  }
});
