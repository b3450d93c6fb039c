import { Worker } from 'node:worker_threads';
import { compiledFile } from '@radweave/native/compiled';
import { type FaultRecord, ImageFault, ImageFaults } from '../fault.ts';
import type { StoreShape } from '../store/key.ts';
import { ended } from '../threads/threads.ts';
import type { BuiltStore } from './build.ts';

/** A store to build, as the thread is told of it. */
export interface BuildOrder {
  readonly id: number;
  readonly paths: readonly string[];
  readonly file: string;
  readonly shape: StoreShape;
}

/** An error on its way between threads, which would leave its class and fields behind. */
export type CarriedFault =
  | { readonly kind: 'faults'; readonly faults: readonly FaultRecord[] }
  | { readonly kind: 'fault'; readonly fault: FaultRecord }
  | {
      readonly kind: 'other';
      readonly message: string;
      readonly stack: string | undefined;
      readonly fields: Readonly<Record<string, unknown>>;
    };

/** What the thread tells of an order. */
export type BuildNews =
  | { readonly id: number; readonly done: number; readonly total: number }
  | { readonly id: number; readonly built: BuiltStore }
  | { readonly id: number; readonly failure: CarriedFault };

interface Waiting {
  onProgress(done: number, total: number): void;
  resolve(built: BuiltStore): void;
  reject(reason: unknown): void;
}

/**
 * Builds stores one after the other in a thread of its own, whose imaging threads serve all of them: images are decoded while
 * the calling thread does something else, though that be without a pause.
 */
export class StoreBuilder {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #failure: { readonly reason: unknown } | undefined;
  #next = 0;

  /** @param threads imaging threads; default: the cores, at most 8. */
  constructor(threads?: number) {
    const entry = compiledFile(import.meta.url, './builder-worker.js');
    this.#worker = new Worker(entry, { execArgv: [], workerData: threads });
    this.#worker.on('message', (news: BuildNews) => this.#hear(news));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the decoding thread ended with code ${code}`)));
  }

  /** As {@link buildStore}; orders are served in turn, and one that fails does not touch the others. */
  build(
    paths: readonly string[],
    file: string,
    shape: StoreShape,
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<BuiltStore> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { onProgress, resolve, reject });
      const order: BuildOrder = { id, paths, file, shape };
      this.#worker.postMessage(order);
    });
  }

  /** Ends the thread; what is not built yet is given up and leaves nothing behind. */
  async close(): Promise<void> {
    this.#fail(new Error('decoding was ended'));
    await ended(this.#worker);
  }

  #hear(news: BuildNews): void {
    const waiting = this.#waiting.get(news.id);
    if ('total' in news) {
      waiting?.onProgress(news.done, news.total);
      return;
    }
    this.#waiting.delete(news.id);
    if ('built' in news) waiting?.resolve(news.built);
    else waiting?.reject(revived(news.failure));
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const { reject } of this.#waiting.values()) reject(this.#failure.reason);
    this.#waiting.clear();
  }
}

function revived(failure: CarriedFault): unknown {
  if (failure.kind === 'faults') return new ImageFaults(failure.faults);
  if (failure.kind === 'fault') {
    const { code, text, where, hint } = failure.fault;
    return new ImageFault(code, text, where, hint);
  }
  const { message, stack, fields } = failure;
  const error = Object.assign(new Error(message), fields);
  if (stack !== undefined) error.stack = stack;
  return error;
}
