import { parentPort } from 'node:worker_threads';
import { doJob, type Job } from './jobs.ts';

/** The whole of a worker thread: jobs in, results out, and the end when it gets null. */
parentPort?.on('message', (asked: { index: number; job: Job } | null) => {
  if (asked === null) parentPort?.close();
  else parentPort?.postMessage({ index: asked.index, results: doJob(asked.job) });
});
