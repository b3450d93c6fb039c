import { availableParallelism } from 'node:os';
import { type CarriedError, type ImportedSlice, revivedError } from '@radweave/artifacts';
import { WorkerThreads } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import type { Proposal } from '../series/propose.ts';
import type { PixelOptions } from './options.ts';
import { type Place, writeStack } from './write-stack.ts';

export interface StackJob {
  readonly proposal: Proposal;
  readonly place: Place;
  readonly to: { readonly folder: string; readonly into: string };
  readonly pixels: PixelOptions;
}

export type StackResult = { readonly rows: ImportedSlice[] } | { readonly error: CarriedError };

/** More would want more than 1 GB of memory for series of 300 slices. */
const MOST = 4;

export class StackThreads {
  readonly size: number;
  readonly #threads: WorkerThreads | null;

  /** @param size 1 writes in the calling thread; 0 as many as the cores allow, at most 4. */
  constructor(size: number) {
    this.size = size === 0 ? Math.min(MOST, availableParallelism()) : size;
    const entry = [import.meta.url, './worker.js'] as const;
    this.#threads = this.size === 1 ? null : new WorkerThreads({ entry, size: this.size, enough: 1 });
  }

  /** @returns the rows of `import.csv`. @throws FileFault as `writeStack`. */
  async write(job: StackJob): Promise<ImportedSlice[]> {
    if (this.#threads === null) return writeStack(job.proposal, job.place, job.to, job.pixels);
    const result = (await this.#threads.send(job)) as StackResult;
    if ('rows' in result) return result.rows;
    const { name, message, fields } = result.error;
    if (name !== 'FileFault') throw revivedError(result.error);
    const fault = new FileFault(message);
    fault.path = typeof fields.path === 'string' ? fields.path : undefined;
    throw fault;
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }
}
