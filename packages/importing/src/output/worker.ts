// File by file: a thread that loads all of the package takes a quarter of a second to start.
import { whileUnpublished } from '@radweave/artifacts/atomic';
import { carriedError } from '@radweave/artifacts/carried-error';
import { serveJobs } from '@radweave/imaging';
import type { StackJob, StackResult } from './stack-threads.ts';
import { writeStack } from './write-stack.ts';

serveJobs(async ({ proposal, place, to, pixels }: StackJob): Promise<StackResult> => {
  try {
    // The other thread knows that nobody sees this folder yet; this one must know it too.
    return { rows: await whileUnpublished(to.into, () => writeStack(proposal, place, to, pixels)) };
  } catch (error) {
    return { error: carriedError(error) };
  }
});
