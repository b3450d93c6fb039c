import { parentPort, workerData } from 'node:worker_threads';
import { carriedError, heartbeatsEnded } from '@radweave/artifacts';
import type { StageName } from '../stages/index.ts';
import type { EngineMessage } from './host.ts';
import { runStage } from './run-stage.ts';

/** Entry of the engine thread: runs the one stage it was started for. */

const { stage, options, stop } = workerData as { stage: StageName; options: never; stop: Int32Array };

function post(message: EngineMessage): void {
  parentPort?.postMessage(message);
}

async function message(): Promise<EngineMessage> {
  try {
    const result = await runStage(stage, options, {
      emit: (event) => post({ type: 'event', event }),
      shouldStop: () => Atomics.load(stop, 0) !== 0,
    });
    return { type: 'done', result };
  } catch (error) {
    return { type: 'failed', error: carriedError(error) };
  }
}

const last = await message();
// The host ends this thread when it hears of it.
await heartbeatsEnded();
post(last);
