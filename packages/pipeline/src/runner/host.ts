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

export type EngineMessage =
  | { type: 'event'; event: StageEvent }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; error: CarriedError };

/**
 * Runs a stage in a worker thread: a training step keeps its thread busy for seconds, and the main thread must stay
 * free for the terminal, signals and progress.
 *
 * @throws what the stage throws, with its `code`, `exitCode` and `hint`; InterruptedError when stopped, also before it began.
 */
export async function runInThread<S extends StageName>(
  stage: S,
  options: StageOptions<S>,
  { onEvent, signal }: Following = {},
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
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { stage, options, stop: stopping },
    // The engine's tensors live outside V8's heap; its own objects are small.
    stdout: false,
    stderr: false,
  });
  signal?.addEventListener('abort', stop);
  try {
    return await new Promise<StageResult<S>>((resolve, reject) => {
      worker.on('message', (message: EngineMessage) => {
        if (message.type === 'event') {
          onEvent?.(message.event);
          if (message.event.kind === 'epoch') void copies?.soon(telling);
        } else if (message.type === 'done') resolve(message.result as StageResult<S>);
        else reject(revivedError(message.error));
      });
      worker.on('error', (error) => reject(explainError(error)));
      worker.on('exit', (code) => reject(new Error(`the engine thread ended with code ${code}`)));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
    await copies?.soon(telling);
  }
}
