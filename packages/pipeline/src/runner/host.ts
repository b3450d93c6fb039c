import { Worker } from 'node:worker_threads';
import type { StageEvent } from '@radweave/study/context/events';
import { explainError } from './explain.ts';
import type { StageName, StageOptions, StageResult } from './stages.ts';

/** A stage under way in the engine's worker thread. */
export interface RunningStage<R> {
  /** Settles when the stage ends. */
  readonly result: Promise<R>;
  /** Asks the stage to stop after its current step and leave everything resumable. */
  requestStop(): void;
}

/** An error of the engine thread, as it crosses to the main thread. */
export interface CarriedError {
  name: string;
  message: string;
  stack: string | undefined;
  /** The other enumerable fields, such as `code`, `exitCode` and `mend`. */
  fields: Record<string, unknown>;
}

/** Messages from the engine thread. */
export type EngineMessage =
  | { type: 'event'; event: StageEvent }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; error: CarriedError };

/**
 * Runs a stage in a worker thread: a training step keeps its thread busy for seconds, and the main thread must stay
 * free for the terminal, signals and progress.
 */
export function startStage<S extends StageName>(
  stage: S,
  options: StageOptions<S>,
  onEvent: (event: StageEvent) => void,
): RunningStage<StageResult<S>> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { stage, options, stop },
    // The engine's tensors live outside V8's heap; its own objects are small.
    stdout: false,
    stderr: false,
  });
  const result = new Promise<StageResult<S>>((resolve, reject) => {
    worker.on('message', (message: EngineMessage) => {
      if (message.type === 'event') onEvent(message.event);
      else if (message.type === 'done') resolve(message.result as StageResult<S>);
      else reject(revive(message.error));
    });
    worker.on('error', (error) => reject(explainError(error)));
    worker.on('exit', (code) => reject(new Error(`the engine thread ended with code ${code}`)));
  });
  return {
    result: result.finally(() => worker.terminate()),
    requestStop: () => Atomics.store(stop, 0, 1),
  };
}

function revive(carried: CarriedError): Error {
  const error = new Error(carried.message);
  if (carried.stack !== undefined) error.stack = carried.stack;
  return Object.assign(error, carried.fields, { name: carried.name });
}
