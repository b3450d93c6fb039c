import { parentPort } from 'node:worker_threads';
import { carriedError, heartbeatsEnded } from '@radweave/artifacts';
import type { EngineMessage, StageOrder } from './host.ts';
import { runStage } from './run-stage.ts';

/** Entry of the engine thread: runs the stages that it is told to, one at a time, until the host ends it. */

function post(message: EngineMessage): void {
  parentPort?.postMessage(message);
}

async function done({ stage, options, stop }: StageOrder): Promise<EngineMessage> {
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

parentPort?.on('message', async (order: StageOrder) => {
  const last = await done(order);
  // The host may end this thread when it hears of it.
  await heartbeatsEnded();
  post(last);
});
