import { Worker } from 'node:worker_threads';
import { type CarriedError, InterruptedError, revivedError } from '@radweave/artifacts';
import type { StageEvent } from '@radweave/study/context/events';
import type { StageName, StageOptions, StageResult } from '../stages/index.ts';
import { requireAddresses } from './address-limit.ts';
import { openCopies } from './copies.ts';
import { explainError } from './explain.ts';

/** How the caller follows a stage and stops it. */
export interface Following {
  /** Is told what the terminal shows: texts, warnings, steps and epochs. */
  onEvent?: ((event: StageEvent) => void) | undefined;
  /** Asks the stage to stop after its current step and leave everything resumable. */
  signal?: AbortSignal | undefined;
}

/** What the thread is told to do. */
export interface StageOrder {
  stage: StageName;
  options: never;
  /** Not 0 as soon as the stage is asked to stop. */
  stop: Int32Array;
}

export type EngineMessage =
  | { type: 'event'; event: StageEvent }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; error: CarriedError };

/** Whoever waits for the stage that runs. */
interface Waiting {
  onEvent: (event: StageEvent) => void;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * A worker thread that runs one stage after the other: a training step keeps its thread busy for seconds, and the main thread
 * must stay free for the terminal, signals and progress. It is kept for the next stage, as it takes a second to load their code.
 */
export class StageThread {
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;

  /** @throws what the stage throws, with its `code`, `exitCode` and `hint`; InterruptedError when stopped, also before it began. */
  async run<S extends StageName>(
    stage: S,
    options: StageOptions<S>,
    { onEvent, signal }: Following,
  ): Promise<StageResult<S>> {
    if (signal?.aborted === true) {
      throw new InterruptedError(
        `stopped before ${stage.replaceAll('_', '-')}`,
        'Run it again to continue from here',
      );
    }
    requireAddresses(stage);
    const tell = (level: 'info' | 'warning', text: string): void => onEvent?.({ kind: 'log', level, text });
    const telling = {
      say: (text: string) => tell('info', text),
      warn: (text: string) => tell('warning', text),
    };
    const copies = await openCopies(options, telling);
    const stopping = new Int32Array(new SharedArrayBuffer(4));
    const stop = (): void => void Atomics.store(stopping, 0, 1);
    signal?.addEventListener('abort', stop);
    try {
      return (await this.#does({ stage, options: options as never, stop: stopping }, (event) => {
        onEvent?.(event);
        if (event.kind === 'epoch') void copies?.soon(telling);
      })) as StageResult<S>;
    } catch (error) {
      // Nobody knows what a stage that failed leaves in its thread.
      await this.end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await copies?.soon(telling);
    }
  }

  #does(order: StageOrder, onEvent: (event: StageEvent) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = { onEvent, resolve, reject };
      this.#worker ??= this.#begin();
      this.#worker.postMessage(order);
    });
  }

  #begin(): Worker {
    // The engine's tensors live outside V8's heap; its own objects are small.
    const worker = new Worker(new URL('./worker.js', import.meta.url), { stdout: false, stderr: false });
    const lost = (error: unknown): void => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#waiting?.reject(error);
    };
    worker.on('message', (message: EngineMessage) => {
      if (message.type === 'event') this.#waiting?.onEvent(message.event);
      else if (message.type === 'done') this.#waiting?.resolve(message.result);
      else this.#waiting?.reject(revivedError(message.error));
    });
    worker.on('error', (error) => lost(explainError(error)));
    worker.on('exit', (code) => lost(new Error(`the engine thread ended with code ${code}`)));
    return worker;
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
