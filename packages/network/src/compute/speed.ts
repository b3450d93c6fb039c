import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  findSpeeds,
  folderName,
  InterruptedError,
  type MeasuredSpeeds,
  type Precision,
  ResourceError,
  writeSpeeds,
} from '@radweave/artifacts';
import { type StageContext, say } from '@radweave/study/context/events';
import { cpuCapability, cpuIdentity, engineCache, getNumThreads, libtorchVersion } from '@radweave/torch';
import { withProbe } from './probe.ts';
import { type Speeds, timeInTurns } from './turns.ts';
import type { Workload } from './workload.ts';

/** Milliseconds of measuring, the building of the network included. */
const BUDGET = 9000;

/**
 * How fast this machine does a piece of work in each precision: measured by doing some of it, in about ten seconds at most, and
 * kept in the user's cache by all that decides the speed.
 *
 * @throws InterruptedError when told to stop.
 */
export function cachedSpeeds(
  work: Workload,
  candidates: readonly Precision[],
  context: StageContext,
  folder: string = engineCache(),
): MeasuredSpeeds {
  const path = join(folder, cacheName(work, candidates));
  const before = findSpeeds(path);
  if (before !== null) return before;
  const found = { ...measure(work, candidates, context), measured: new Date().toISOString() };
  try {
    writeSpeeds(path, found);
  } catch (error) {
    if (!(error instanceof ResourceError)) throw error;
    say(context, `The measurement could not be saved for the next time: ${error.message}`);
  }
  return found;
}

/** Model and purpose for who looks into the cache; the rest of what decides the speed as a hash. */
function cacheName({ build: _, ...work }: Workload, candidates: readonly Precision[]): string {
  const machine = {
    cpu: cpuIdentity(),
    libtorch: libtorchVersion(),
    capability: cpuCapability(),
    threads: getNumThreads(),
  };
  const key = createHash('sha256').update(JSON.stringify([work, candidates, machine]));
  return `precision-${folderName('model', work.model)}-${work.purpose}-${key.digest('hex').slice(0, 12)}.json`;
}

function measure(work: Workload, candidates: readonly Precision[], context: StageContext): Speeds {
  const started = performance.now();
  const now = (): number => performance.now() - started;
  const onStep = (done: number, total: number): void => {
    if (context.shouldStop()) {
      const hint = 'Nothing was started; run the same command again';
      throw new InterruptedError('measuring the precisions was stopped', hint);
    }
    context.emit({ kind: 'progress', task: 'measuring precisions', done, total });
  };
  return withProbe(work, candidates, (probe) =>
    timeInTurns({
      candidates,
      batch: work.batch,
      step: (precision, slices) => probe.step(precision, slices),
      now,
      budget: BUDGET - now(),
      onStep,
    }),
  );
}
