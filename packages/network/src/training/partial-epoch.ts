import { Predictions } from '@radweave/study/scores/predictions';
import { fromTypedArray } from '@radweave/torch';
import type { ResumeStates } from '../open/checkpoint.ts';

/** Predictions of an interrupted epoch as a checkpoint keeps them; null between epochs. */
export function packPartial(partial: Predictions | null): ResumeStates['partial'] {
  if (partial === null) return null;
  const { lossSum, seen, probabilities } = partial.state;
  return { probabilities: fromTypedArray(probabilities), loss_sum: lossSum, seen };
}

/** The inverse of {@link packPartial}. */
export function unpackPartial(
  saved: ResumeStates['partial'],
  slices: number,
  classes: number,
): Predictions | null {
  if (saved === null) return null;
  const partial = new Predictions(slices, classes);
  const probabilities = Float64Array.from(saved.probabilities.toTypedArray(), Number);
  partial.state = { lossSum: saved.loss_sum, seen: saved.seen, probabilities };
  return partial;
}
