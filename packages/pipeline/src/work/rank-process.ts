import { explainGpuError } from '@radweave/network/compute/gpu-errors';
import { toldOf } from '@radweave/network/training/rank-errors';
import type { StageContext } from '@radweave/study/context/events';
import { openTraining, type TrainOptions } from './open-training.ts';
import { READY } from './together.ts';
import { train } from './train.ts';

/** Entry of a process that another one has started to train with it. It ends with that one. */

let isAsked = false;
// The first process is asked too, and all agree; alone this one would only be missed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const) {
  process.on(signal, () => {
    isAsked = true;
  });
}
const context: StageContext = { emit: () => undefined, shouldStop: () => isAsked };
const ends = (): never => process.exit();
process.on('disconnect', ends);

process.send?.(READY);
process.once('message', async (options) => {
  try {
    const own = options as TrainOptions;
    await train(own, await openTraining(own, context), context);
  } catch (error) {
    const explained = error instanceof Error ? (explainGpuError(error) ?? error) : error;
    const { exitCode } = Object(explained) as { exitCode?: number };
    // Of those that are asked to stop, or miss another one, the first one tells.
    if (exitCode !== 4) process.send?.(JSON.stringify(toldOf({ error: explained })));
    process.exitCode = exitCode ?? 1;
  }
  process.off('disconnect', ends);
  process.disconnect();
});
