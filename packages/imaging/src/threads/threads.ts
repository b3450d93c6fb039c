import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { compiledFile } from '@radweave/native/compiled';
import type { Job, JobResults } from './jobs.ts';

interface Thread {
  readonly worker: Worker;
  /** Jobs it was given and has not finished. */
  load: number;
}

interface Waiting {
  resolve(results: unknown): void;
  reject(reason: unknown): void;
}

export interface ThreadsSetUp {
  /** What each runs, beside the module that starts them: its `import.meta.url`, and the file as compiled. It calls `serveJobs`. */
  readonly entry: readonly [here: string, file: string];
  /** The most there will be. */
  readonly size: number;
  /** Jobs that a thread is given before another one is started. */
  readonly enough: number;
}

/** Threads that do jobs. Each is started when there is work for it and lives until {@link close}. */
export class WorkerThreads {
  /** The most there will be. */
  readonly size: number;
  readonly #entry: URL;
  readonly #enough: number;
  readonly #stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #threads: Thread[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #failure: { readonly reason: unknown } | undefined;
  #next = 0;

  constructor({ entry, size, enough }: ThreadsSetUp) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`threads must be 1 or more, not ${size}`);
    this.size = size;
    this.#entry = compiledFile(...entry);
    this.#enough = enough;
  }

  /** Does a job in the thread that has the least to do. Rejects when a thread fails. */
  send(job: unknown): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    const index = this.#next++;
    const thread = this.#idlest();
    thread.load++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(index, { resolve, reject });
      thread.worker.postMessage({ index, job });
    });
  }

  /** Ends the threads, after the job that each is at; others that wait are given up. */
  async close(): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    const reason = new Error('the threads were ended');
    this.#failure ??= { reason };
    await Promise.all(this.#threads.map(({ worker }) => ended(worker)));
    // Not before: whoever hears of it may remove the files that they were writing.
    this.#fail(reason);
  }

  #idlest(): Thread {
    const idlest = this.#threads.reduce<Thread | undefined>(
      (best, thread) => (best === undefined || thread.load < best.load ? thread : best),
      undefined,
    );
    if (idlest !== undefined && (idlest.load < this.#enough || this.#threads.length === this.size))
      return idlest;
    return this.#start();
  }

  #start(): Thread {
    const worker = new Worker(this.#entry, {
      execArgv: [],
      workerData: this.#stop,
    });
    const thread: Thread = { worker, load: 0 };
    worker.on('message', ({ index, results }: { index: number; results: unknown }) => {
      thread.load--;
      this.#waiting.get(index)?.resolve(results);
      this.#waiting.delete(index);
    });
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', (code) => {
      if (Atomics.load(this.#stop, 0) === 0) {
        this.#fail(new Error(`a thread ended early with code ${code}`));
      }
    });
    this.#threads.push(thread);
    return thread;
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}

/**
 * Threads that decode and check images: starting one takes as long as decoding 200 slices, so that work after work should find
 * them there, and two batches are enough to wait for one.
 */
export class ImagingThreads extends WorkerThreads {
  /** @param size default: the cores, at most 8. */
  constructor(size: number = Math.min(availableParallelism(), 8)) {
    super({ entry: [import.meta.url, './worker.js'], size, enough: 2 });
  }

  run<K extends Job['kind']>(job: Extract<Job, { kind: K }>): Promise<JobResults[K][]> {
    return this.send(job) as Promise<JobResults[K][]>;
  }
}

/**
 * Lets a thread end by itself. `terminate()` in the middle of an inflate takes the whole process down: Node finds a zlib
 * stream that was made and not yet set up ("close before init", in one of a hundred aborted scans).
 */
export function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    // Node's mark of a thread that is gone already: it will not tell again.
    if (worker.threadId === -1) resolve();
    worker.on('exit', () => resolve());
    worker.postMessage(null);
  });
}
