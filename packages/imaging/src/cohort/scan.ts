import type { InspectWishes, ScannedSlice } from '../slices/inspect.ts';
import { type PoolOptions, runPool } from '../threads/pool.ts';

export interface ScanOptions extends PoolOptions, Partial<InspectWishes> {}

/**
 * Reads, decodes, checks and hashes files in worker threads.
 *
 * @returns one result per path, in the order of `paths`, in batches. A bad file is a result with a `fault`, never an
 *   exception. Memory stays bounded however many paths there are; leaving the loop early ends the threads.
 * @throws the signal's reason when aborted.
 */
export function scanSlices(
  paths: readonly string[],
  options: ScanOptions = {},
): AsyncGenerator<readonly ScannedSlice[]> {
  const { perceptual = false, profile = false } = options;
  const wishes = { perceptual, profile };
  return runPool<'inspect'>(paths, (batch) => ({ kind: 'inspect', paths: batch, wishes }), options);
}
