import { join } from 'node:path';
import { type ClassTable, eachClassRow, type WithClasses, writeClassTable } from '../class-columns.ts';
import { count, patientId, required, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import type { Split } from '../split.ts';

/** What a network says of one slice. */
export interface SlicePrediction {
  readonly image_path: string;
  readonly patient: string;
  readonly hospital: string;
  readonly label: number;
  /** One per class. */
  readonly probabilities: readonly number[];
}

type Who = Omit<SlicePrediction, 'probabilities'>;

const TABLE: ClassTable<Who> = {
  who: { image_path: required, patient: patientId, hospital: text, label: count },
  prefix: 'probability_',
  hint: 'Train the network again',
};

/** `{logs of the run}/slice_predictions_{split}.csv`. */
export function slicePredictionsPath(logs: string, split: Split): string {
  return join(logs, `slice_predictions_${split}.csv`);
}

/** Writes the slices of one split in the order of the split file: `image_path,patient_id,hospital,label,probability_0,…`. */
export function writeSlicePredictions(path: string, rows: Iterable<SlicePrediction>, classes: number): void {
  writeClassTable(path, TABLE, withValues(rows), classes);
}

function* withValues(rows: Iterable<SlicePrediction>): Generator<WithClasses<Who>> {
  for (const { probabilities, ...slice } of rows) yield { ...slice, values: probabilities };
}

/** Reads `slice_predictions_{split}.csv`. @throws DataError as {@link eachClassRow}. */
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
 * @throws DataError as {@link eachClassRow}, and `E_PREDICTIONS` where the probabilities of a slice do not sum to 1.
 */
export function eachSlicePrediction(path: string, use: (slice: SlicePrediction) => void): void {
  eachClassRow(path, TABLE, ({ image_path, patient, hospital, label, values }) => {
    const sum = values.reduce((total, one) => total + one, 0);
    if (values.some((one) => one < 0) || !(Math.abs(sum - 1) <= ROUNDING * values.length)) {
      const what = `the probabilities of ${image_path} are ${values.join(' and ')}, which are no parts of 1`;
      throw new DataError('E_PREDICTIONS', what, { where: path, hint: TABLE.hint });
    }
    use({ image_path, patient, hospital, label, probabilities: values });
  });
}
