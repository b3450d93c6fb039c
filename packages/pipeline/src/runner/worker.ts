import { parentPort, workerData } from 'node:worker_threads';
import type { StageName } from '../stages/index.ts';
import type { CarriedError, EngineMessage } from './host.ts';
import { runStage } from './run-stage.ts';

/** Entry of the engine thread: runs the one stage it was started for. */

const { stage, options, stop } = workerData as { stage: StageName; options: never; stop: Int32Array };

function post(message: EngineMessage): void {
  parentPort?.postMessage(message);
}

function carry(error: unknown): CarriedError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, fields: {} };
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (value === null || typeof value !== 'object') fields[key] = value;
  }
  return { name: error.name, message: error.message, stack: error.stack, fields };
}

try {
  const result = await runStage(stage, options, {
    emit: (event) => post({ type: 'event', event }),
    shouldStop: () => Atomics.load(stop, 0) !== 0,
  });
  post({ type: 'done', result });
} catch (error) {
  post({ type: 'failed', error: carry(error) });
}
