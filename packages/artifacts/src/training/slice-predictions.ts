import { join } from 'node:path';
import { and } from '@radweave/remarks';
import { classTableFile, type PerClass } from '../class-columns.ts';
import { count, patientId, type RowOf, required, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import type { Split } from '../split.ts';

const who = { image_path: required, patient: patientId, hospital: text, label: count };

export type SlicePrediction = RowOf<typeof who> & PerClass<'probabilities'>;

const HINT = 'Train the network again';

const { each, write } = classTableFile(who, 'probabilities', HINT);

/** `{logs of the run}/slice_predictions_{split}.csv`. */
export function slicePredictionsPath(logs: string, split: Split): string {
  return join(logs, `slice_predictions_${split}.csv`);
}

/** Writes the slices of one split in the order of the split file: `image_path,patient_id,hospital,label,probability_0,…`. */
export const writeSlicePredictions: typeof write = write;

/** Reads `slice_predictions_{split}.csv`. @throws DataError as `readTable`. */
export function readSlicePredictions(path: string): SlicePrediction[] {
  const slices: SlicePrediction[] = [];
  eachSlicePrediction(path, (slice) => slices.push(slice));
  return slices;
}

/** Of each probability's last digit: what we write has more, earlier versions and other programs may have rounded. */
const ROUNDING = 1e-6;

/**
 * Calls `use` for each slice: a large cohort's need not all be in memory.
 *
 * @throws DataError as `readTable`, and `E_PREDICTIONS` where the probabilities of a slice do not sum to 1.
 */
export function eachSlicePrediction(path: string, use: (slice: SlicePrediction) => void): void {
  each(path, (slice) => {
    const { image_path, probabilities } = slice;
    const sum = probabilities.reduce((total, one) => total + one, 0);
    if (probabilities.some((one) => one < 0) || !(Math.abs(sum - 1) <= ROUNDING * probabilities.length)) {
      const what = `the probabilities of ${image_path} are ${and(probabilities)}, which are not probabilities that sum to 1`;
      throw new DataError('E_PREDICTIONS', what, { where: path, hint: HINT });
    }
    use(slice);
  });
}
