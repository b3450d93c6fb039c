import { Worker } from 'node:worker_threads';
import { compiledFile } from '@radweave/native/compiled';
import { publish, temporaryBeside } from './atomic-file.ts';
import { torchRecords } from './torch-file.ts';
import type { WritingDone, WritingJob } from './writing-thread.ts';

/**
 * Writes torch files in a thread of its own, so that check sums and system calls take none of the caller's time. Tensors whose
 * bytes lie in shared memory are not copied, and must not change until their file is written.
 */
export class TorchFileWriter {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, PromiseWithResolvers>();
  private jobs = 0;

  /** As `writeTorchFile`, with its errors. */
  async write(path: string, value: unknown): Promise<void> {
    const records = torchRecords(value);
    const temporary = temporaryBeside(path);
    const job: WritingJob = { id: this.jobs++, path: temporary, records };
    await new Promise<void>((resolve, reject) => {
      this.waiting.set(job.id, { resolve, reject });
      const worker = this.thread();
      // Only while it writes does the thread keep the process alive.
      worker.ref();
      worker.postMessage(job);
    });
    await publish(temporary, path);
  }

  /** Ends the thread; nothing may be under way. The next file starts another. */
  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    worker?.removeAllListeners('exit');
    await worker?.terminate();
  }

  private thread(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(compiledFile(import.meta.url, './writing-thread.js'), { execArgv: [] });
    worker.on('message', ({ id, error }: WritingDone) => {
      const caller = this.waiting.get(id);
      this.waiting.delete(id);
      if (this.waiting.size === 0) worker.unref();
      if (error === null) caller?.resolve();
      else caller?.reject(Object.assign(new Error(error.message), error.fields));
    });
    worker.on('error', (error) => this.fail(worker, error));
    worker.on('exit', (code) =>
      this.fail(worker, new Error(`the writing thread ended early with code ${code}`)),
    );
    this.worker = worker;
    return worker;
  }

  /** The thread is gone: whoever waits for it is told. It says so twice, and another may have begun meanwhile. */
  private fail(worker: Worker, error: unknown): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

interface PromiseWithResolvers {
  resolve(): void;
  reject(error: unknown): void;
}
