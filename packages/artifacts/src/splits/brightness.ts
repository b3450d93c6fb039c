import { tableFile } from '../csv.ts';
import { type Column, count, numberOrEmpty, type RowOf, required } from '../csv-columns.ts';

const share: Column<number> = {
  expected: 'a number from 0 to 1',
  parse: (cell) => {
    const value = numberOrEmpty.parse(cell) ?? -1;
    return value >= 0 && value <= 1 ? value : undefined;
  },
  format: (value) => String(Math.round(value * 1e6) / 1e6),
};

/** A bin of the mean histogram of one hospital's slices of one modality. */
const columns = {
  hospital: required,
  modality: required,
  slices: count,
  /** Lower edge of the bin, as a share of the range of the bit depth. */
  from: share,
  /** Share of the pixels. */
  share,
};
export type BrightnessRow = RowOf<typeof columns>;

/** `brightness.csv`. */
export const { read: readBrightness, write: writeBrightness } = tableFile(columns);
