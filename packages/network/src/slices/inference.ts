import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { DataError, InterruptedError } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { inferenceMode, profileRange, type Tensor, tidy } from '@radweave/torch';
import type { Compute } from '../compute/compute.ts';
import { inPrecision } from '../compute/under-precision.ts';
import { inBatches, makeBatch, type Normalisation } from './batches.ts';
import type { SlicePixels } from './slice-pixels.ts';

/** How slices go through a network, and who is told. */
export interface Pace {
  /** Slices per batch. */
  batchSize: number;
  /** Called before each batch; throws to end there. */
  beforeBatch(): void;
  onProgress(done: number, total: number): void;
}

/**
 * The pace of a stage.
 *
 * @param task how progress calls it; null tells none.
 * @param stopped what to throw when the user asks to stop.
 */
export function stagePace(
  context: StageContext,
  batchSize: number,
  task: string | null,
  stopped: () => InterruptedError,
): Pace {
  return {
    batchSize,
    beforeBatch: () => {
      if (context.shouldStop()) throw stopped();
    },
    onProgress: (done, total) => {
      if (task !== null) context.emit({ kind: 'progress', task, done, total });
    },
  };
}

/**
 * The one loop of everything that runs a network without learning: hands out the positions of `order` batch by batch. Between
 * two, progress is told, the event loop gets its turn and a request to stop is heard.
 */
export async function* paced(order: Uint32Array, pace: Pace): AsyncGenerator<Uint32Array> {
  let done = 0;
  for (const positions of inBatches(order, pace.batchSize)) {
    pace.beforeBatch();
    yield positions;
    done += positions.length;
    pace.onProgress(done, order.length);
    await yieldToEvents();
  }
}

/** What is needed to run a network. */
export interface Runnable {
  normalisation: Normalisation;
  compute: Compute;
}

/** What a network, or part of it, makes of a batch of slices, as it is launched: a GPU may not have computed it yet. */
export function outputOf(
  { normalisation, compute }: Runnable,
  pixels: SlicePixels,
  positions: ArrayLike<number>,
  forward: (batch: Tensor) => Tensor,
): Tensor {
  return inferenceMode(() =>
    tidy(() => {
      const batch = profileRange('batch', () => makeBatch(pixels, positions, normalisation, compute));
      return inPrecision(compute, () => forward(batch));
    }),
  );
}

/** The values of {@link outputOf}, row by row. */
export function valuesOf(
  network: Runnable,
  pixels: SlicePixels,
  positions: ArrayLike<number>,
  forward: (batch: Tensor) => Tensor,
): Float32Array {
  return tidy(() => outputOf(network, pixels, positions, forward).toFloat32Array());
}

/** @throws the error that `fault` makes, when a value is NaN or infinite. */
export function requireFinite(values: Iterable<number>, fault: () => DataError): void {
  for (const value of values) if (!Number.isFinite(value)) throw fault();
}
