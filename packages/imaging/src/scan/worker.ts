import { parentPort } from 'node:worker_threads';
import { doJob, type Job } from './jobs.ts';

/** The whole of a worker thread: jobs in, results out. */
parentPort?.on('message', ({ index, job }: { index: number; job: Job }) => {
  parentPort?.postMessage({ index, results: doJob(job) });
});
