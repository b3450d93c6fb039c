import { join } from 'node:path';
import { readHeader, readTable, writeTable } from '../csv.ts';
import { type Columns, count, required, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import { probability } from '../fusion/probability-columns.ts';
import type { Split } from '../splits/split-file.ts';

/** What a network says of one slice. */
export interface SlicePrediction {
  readonly image_path: string;
  readonly patient: string;
  readonly hospital: string;
  readonly label: number;
  /** One per class. */
  readonly probabilities: readonly number[];
}

const who = { image_path: required, patient: required, hospital: text, label: count };
const PREFIX = 'probability_';

/** `{logs of the run}/slice_predictions_{split}.csv`. */
export function slicePredictionsPath(logs: string, split: Split): string {
  return join(logs, `slice_predictions_${split}.csv`);
}

function columnsFor(classes: number): Columns<Record<string, unknown>> {
  const middle = Array.from({ length: classes }, (_, label) => [`${PREFIX}${label}`, probability]);
  return { ...who, ...Object.fromEntries(middle) } as Columns<Record<string, unknown>>;
}

/** Writes the slices of one split in the order of the split file: `image_path,patient,hospital,label,probability_0,…`. */
export function writeSlicePredictions(path: string, rows: readonly SlicePrediction[], classes: number): void {
  const lines = rows.map(({ probabilities, ...slice }) => ({
    ...slice,
    ...Object.fromEntries(probabilities.map((value, label) => [`${PREFIX}${label}`, value])),
  }));
  writeTable<Record<string, unknown>>(path, columnsFor(classes), lines);
}

/** Reads `slice_predictions_{split}.csv`. @throws DataError as `readTable`, and `E_CSV_COLUMNS` for fewer than two classes. */
export function readSlicePredictions(path: string): SlicePrediction[] {
  const classes = readHeader(path).filter((name) => name.startsWith(PREFIX)).length;
  if (classes < 2) {
    throw new DataError('E_CSV_COLUMNS', `${classes} columns ${PREFIX}… are there, at least two are needed`, {
      where: path,
      mend: 'Train the network again',
    });
  }
  return readTable(path, columnsFor(classes)).map((row) => ({
    image_path: String(row.image_path),
    patient: String(row.patient),
    hospital: String(row.hospital),
    label: Number(row.label),
    probabilities: Array.from({ length: classes }, (_, label) => Number(row[`${PREFIX}${label}`])),
  }));
}
