import { basename } from 'node:path';
import type { SliceTable } from '@radweave/study/cohort/slice-table';

/** A loss that is no longer a number, or gradients that never are: training cannot go on. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  readonly exitCode = 3;
}

export const REMEDY = 'Lower --learning_rate, set training.clip_grad_norm: 1, or use --precision fp32';

/** The error, with where the weights of before are. @param last The last checkpoint; null where none is kept. */
export function withLastGood(
  error: DivergedError,
  { epoch }: { epoch: number },
  last: string | null,
): DivergedError {
  if (last === null)
    return new DivergedError(`${error.message}. No last checkpoint is kept (experiment.save_last)`);
  const when = epoch === 0 ? 'from before the first epoch' : `from epoch ${epoch}`;
  return new DivergedError(`${error.message}. The last good checkpoint is ${when}: ${last}`);
}

/** Slices that are named of a batch. */
const NAMED = 4;

/** The slices of a batch, by patient and file, for who looks at what a loss came from. */
export function batchSlices(table: SliceTable, positions: Uint32Array): string {
  const named = Array.from(positions.subarray(0, NAMED), (position) => {
    const { patient = '', path = '' } = table.rows[position] ?? {};
    return `${patient} ${basename(path)}`;
  });
  const more = positions.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A loss so many times that of guessing is none of a network that learns. */
const EXPLODES = 20;

/** What to say of a loss that is still a number, far above `ln(classes)` that guessing gives; null where it is not. */
export function explosion(loss: number, classes: number): string | null {
  const guessed = Math.log(classes);
  if (!Number.isFinite(loss) || loss <= EXPLODES * guessed) return null;
  return `the loss is ${Number(loss.toPrecision(3))}, guessing gives ${guessed.toFixed(2)}: the gradients explode. ${REMEDY}`;
}
