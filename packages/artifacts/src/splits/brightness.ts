import { readTable, writeTable } from '../csv.ts';
import { type Column, type Columns, count, numberOrEmpty, required } from '../csv-columns.ts';

/** A bin of the mean histogram of one hospital's slices of one modality. */
export interface BrightnessRow {
  readonly hospital: string;
  readonly modality: string;
  /** How many slices there are. */
  readonly slices: number;
  /** Lower edge of the bin, as a share of the range of the bit depth. */
  readonly from: number;
  /** Share of the pixels. */
  readonly share: number;
}

const share: Column<number> = {
  expected: 'a number from 0 to 1',
  parse: (cell) => {
    const value = numberOrEmpty.parse(cell) ?? -1;
    return value >= 0 && value <= 1 ? value : undefined;
  },
  format: (value) => String(Math.round(value * 1e6) / 1e6),
};

const columns: Columns<BrightnessRow> = {
  hospital: required,
  modality: required,
  slices: count,
  from: share,
  share,
};

/** Writes `brightness.csv`. */
export function writeBrightness(path: string, rows: readonly BrightnessRow[]): void {
  writeTable(path, columns, rows);
}

/** Reads `brightness.csv`. @throws DataError as `readTable`. */
export function readBrightness(path: string): BrightnessRow[] {
  return readTable(path, columns);
}
