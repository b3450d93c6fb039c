import type { Dataset } from '../dicom/dataset.ts';
import { TAG, tagName } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { requireSize } from '../files/growth.ts';

/** How the samples of an image are stored. */
export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  /** 1 of gray and palette images, 3 of colour. */
  readonly samples: number;
  readonly photometric: string;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Colours in planes, one after the other. */
  readonly planar: boolean;
}

function shortOf(dataset: Dataset, tag: number, what: string): number {
  const value = dataset.short(tag);
  if (value === undefined) throw new FileFault(`${tagName(tag)} ${what} is missing`);
  return value;
}

/** How many frames a file declares: one where it does not say it. @throws FileFault where it says no such number. */
export function frameCount(dataset: Dataset): number {
  const text = dataset.text(TAG.frames);
  const count = text === '' ? 1 : dataset.decimal(TAG.frames);
  if (count !== undefined && Number.isInteger(count) && count >= 1) return count;
  throw new FileFault(`NumberOfFrames is no whole number above 0 (${text})`);
}

/** Reads how pixels are stored. @throws FileFault where it is not said, or makes no sense. */
export function pixelFormat(dataset: Dataset): PixelFormat {
  const rows = shortOf(dataset, TAG.rows, 'Rows');
  const columns = shortOf(dataset, TAG.columns, 'Columns');
  const bitsAllocated = shortOf(dataset, TAG.bitsAllocated, 'Bits Allocated');
  const bitsStored = dataset.short(TAG.bitsStored) ?? bitsAllocated;
  const format: PixelFormat = {
    rows,
    columns,
    frames: frameCount(dataset),
    samples: dataset.short(TAG.samples) ?? 1,
    photometric: dataset.text(TAG.photometric) || 'MONOCHROME2',
    bitsAllocated,
    bitsStored,
    highBit: dataset.short(TAG.highBit) ?? bitsStored - 1,
    signed: dataset.short(TAG.signed) === 1,
    planar: dataset.short(TAG.planar) === 1,
  };
  check(format);
  return format;
}

function check({ rows, columns, samples, bitsAllocated, bitsStored, highBit }: PixelFormat): void {
  requireSize(columns, rows);
  if (samples !== 1 && samples !== 3) throw new FileFault(`${samples} samples per pixel are not read`);
  if (![1, 8, 16, 32, 64].includes(bitsAllocated)) {
    throw new FileFault(`pixels of ${bitsAllocated} bits are not read`);
  }
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit < bitsStored - 1) {
    throw new FileFault(`${bitsStored} bits up to bit ${highBit} do not lie in ${bitsAllocated} bits`);
  }
}
