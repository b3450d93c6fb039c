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

/**
 * A worker thread that runs one stage after the other: a training step keeps its thread busy for seconds, and the main thread
 * must stay free for the terminal, signals and progress. It is kept for the next stage, as it takes a second to load their code.
 */
export class StageThread {
  #worker: Worker | undefined;
  #isBusy = false;

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
    const stopping = new Int32Array(new SharedArrayBuffer(4));
    const stop = (): void => void Atomics.store(stopping, 0, 1);
    // Copies that are brought back may take minutes: a request to stop that comes meanwhile counts.
    signal?.addEventListener('abort', stop);
    let copies: Awaited<ReturnType<typeof openCopies>>;
    try {
      copies = await openCopies(options, telling);
      return (await this.#do({ stage, options: options as never, stop: stopping }, (event) => {
        onEvent?.(event);
        if (event.kind === 'epoch') void copies?.soon(telling);
      })) as StageResult<S>;
    } finally {
      signal?.removeEventListener('abort', stop);
      await copies?.soon(telling);
    }
  }

  async #do(order: StageOrder, onEvent: (event: StageEvent) => void): Promise<unknown> {
    if (this.#isBusy) throw new Error('a thread runs one stage at a time');
    this.#isBusy = true;
    const worker = this.#present();
    const listening = new AbortController();
    try {
      return await new Promise((resolve, reject) => {
        const lost = (code: number): void => reject(new Error(`the engine thread ended with code ${code}`));
        const failed = (error: Error): void => reject(explainError(error));
        const heard = (message: EngineMessage): void => {
          if (message.type === 'event') onEvent(message.event);
          else if (message.type === 'done') resolve(message.result);
          else reject(revivedError(message.error));
        };
        worker.on('message', heard).on('error', failed).on('exit', lost);
        listening.signal.addEventListener('abort', () =>
          worker.off('message', heard).off('error', failed).off('exit', lost),
        );
        worker.postMessage(order);
      });
    } catch (error) {
      // Nobody knows what a stage that failed leaves in its thread.
      await worker.terminate();
      throw error;
    } finally {
      listening.abort();
      this.#isBusy = false;
    }
  }

  /** The thread, begun where there is none or the last one has ended. */
  #present(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // The engine's tensors live outside V8's heap; its own objects are small.
    const worker = new Worker(new URL('./worker.js', import.meta.url), { stdout: false, stderr: false });
    const drop = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    this.#worker = worker.on('error', drop).on('exit', drop);
    return worker;
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }
}
