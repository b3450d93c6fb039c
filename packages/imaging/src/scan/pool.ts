import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Job, JobResults } from './jobs.ts';

export interface PoolOptions {
  /** Worker threads; default: the cores, at most 8. */
  readonly threads?: number | undefined;
  /** Aborting ends the threads after the batch each is at; the job throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called as results arrive, with the number of finished files. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Files per message: large enough that messages cost nothing, small enough for smooth progress and quick ends. */
const BATCH = 32;
/** Batches a thread may hold: one in work, one waiting. */
const DEPTH = 2;
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
  const { signal, onProgress } = options;
  const asked = options.threads ?? Math.min(availableParallelism(), 8);
  if (!Number.isInteger(asked) || asked < 1) throw new RangeError(`threads must be 1 or more, not ${asked}`);
  signal?.throwIfAborted();
  const batches = Math.ceil(paths.length / BATCH);
  const threads = Math.min(asked, batches);
  const finished = new Map<number, JobResults[K][]>();
  let failure: { readonly reason: unknown } | undefined;
  let wake = (): void => {};
  const fail = (reason: unknown): void => {
    failure ??= { reason };
    wake();
  };
  const onAbort = (): void => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workers = Array.from(
    { length: threads },
    () => new Worker(workerEntry(), { execArgv: [], workerData: stop }),
  );
  const free = Array.from({ length: DEPTH }, () => workers).flat();
  for (const worker of workers) {
    worker.on('message', ({ index, results }: { index: number; results: JobResults[K][] }) => {
      finished.set(index, results);
      free.push(worker);
      wake();
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`an imaging thread ended early with code ${code}`)));
  }
  try {
    let sent = 0;
    let done = 0;
    for (let next = 0; next < batches; ) {
      if (failure !== undefined) throw failure.reason;
      while (sent < batches && sent - next < AHEAD * threads) {
        const worker = free.shift();
        if (worker === undefined) break;
        const from = sent * BATCH;
        worker.postMessage({ index: sent++, job: makeJob(paths.slice(from, from + BATCH), from) });
      }
      const results = finished.get(next);
      if (results === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      finished.delete(next++);
      yield results;
      done += results.length;
      onProgress?.(done, paths.length);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    Atomics.store(stop, 0, 1);
    await Promise.all(workers.map(ended));
  }
}

/**
 * Lets a thread end by itself. `terminate()` in the middle of an inflate takes the whole process down: Node finds a zlib
 * stream that was made and not yet set up ("close before init", in one of a hundred aborted scans).
 */
function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    // Node's mark of a thread that is gone already: it will not tell again.
    if (worker.threadId === -1) resolve();
    worker.on('exit', () => resolve());
    worker.postMessage(null);
  });
}

/** The compiled worker. Node 20 cannot run TypeScript, so that sources (under a test runner) use the build too. */
function workerEntry(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  const entry = new URL(fromSource ? '../../dist/scan/worker.js' : './worker.js', import.meta.url);
  if (!existsSync(entry)) {
    throw new Error(`${fileURLToPath(entry)} is missing: run "npm run build" first`);
  }
  return entry;
}
