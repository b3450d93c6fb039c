import type { Job, JobResults } from './jobs.ts';
import { ImagingThreads } from './threads.ts';

export interface PoolOptions {
  /** Worker threads, or how many are started for this work alone; default: the cores, at most 8. */
  readonly threads?: number | ImagingThreads | undefined;
  /** Aborting ends threads of its own after the batch each is at; the job throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called as results arrive, with the number of finished files. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Files per message: large enough that messages cost nothing, small enough for smooth progress and quick ends. */
const BATCH = 32;
/** Batches, per thread, that may be finished or under way ahead of the reader. Bounds the memory. */
const AHEAD = 8;

/**
 * Spreads work over threads and yields one result per path, in the order of `paths`, batch by batch: one by one, a loop that
 * awaits them takes longer than what it does with them.
 *
 * @param makeJob the job for `paths[from … from + paths.length)`.
 */
export async function* runPool<K extends Job['kind']>(
  paths: readonly string[],
  makeJob: (paths: readonly string[], from: number) => Extract<Job, { kind: K }>,
  options: PoolOptions = {},
): AsyncGenerator<readonly JobResults[K][]> {
  const { threads: given, signal, onProgress } = options;
  const threads = given instanceof ImagingThreads ? given : new ImagingThreads(given);
  signal?.throwIfAborted();
  const ahead: Promise<JobResults[K][]>[] = [];
  let sent = 0;
  try {
    for (let done = 0; done < paths.length; ) {
      for (; sent < paths.length && ahead.length < AHEAD * threads.size; sent += BATCH) {
        const results = threads.run<K>(makeJob(paths.slice(sent, sent + BATCH), sent));
        // Whoever stops reading leaves some that nobody waits for.
        results.catch(() => undefined);
        ahead.push(results);
      }
      const results = await unlessAborted(ahead[0] ?? Promise.resolve([]), signal);
      ahead.shift();
      yield results;
      done += results.length;
      onProgress?.(done, paths.length);
    }
  } finally {
    // What is under way must not write into files that the caller is about to remove.
    if (threads === given) await Promise.allSettled(ahead);
    else await threads.close();
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
