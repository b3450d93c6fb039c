import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from '@radweave/checksum';
import { decodeSlice } from '../decode.ts';
import { ImageFault } from '../fault.ts';
import { readSliceFile } from '../file.ts';
import { contentHash, sampleBytes } from '../hash.ts';
import { hasProportions, padSlice, type Resizing, resizeSlice } from '../resize/resize.ts';
import { Scratch } from '../scratch.ts';
import type { GrayImage } from '../slice.ts';
import { type Filled, HEADER_BYTES } from '../store/layout.ts';
import { collected, type SliceFault } from './inspect.ts';
import { fewGrays } from './profile.ts';

/** Decode `paths` and write them as records `first`, `first` + 1, … of the store file. */
export interface FillJob {
  readonly kind: 'fill';
  readonly paths: readonly string[];
  readonly file: string;
  readonly first: number;
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  readonly resize: Resizing;
}

const decoded = new Scratch();

export function fillRecords(job: FillJob): (Filled | SliceFault)[] {
  const file = openSync(job.file, 'r+');
  try {
    return job.paths.map((path, i) =>
      collected(path, () => {
        const slice = decodeSlice(readSliceFile(path), path, decoded);
        const about = { contentHash: contentHash(slice), grays: fewGrays(slice) };
        const record = sampleBytes(recordSamples(path, slice, job));
        writeAll(file, record, HEADER_BYTES + (job.first + i) * record.length);
        return { ...about, crc: crc32(record) };
      }),
    );
  } finally {
    closeSync(file);
  }
}

function recordSamples(path: string, slice: GrayImage, job: FillJob): Uint8Array | Uint16Array {
  const { width, height } = job;
  const fault = sizeFault(path, slice, job, job.resize);
  if (fault !== null) throw fault;
  const whole = job.resize === 'pad' && !hasProportions(slice, job) ? padSlice(slice, width, height) : slice;
  const { pixels, bitDepth } = resizeSlice(whole, width, height);
  if (bitDepth > job.bitDepth) {
    throw new ImageFault(
      'STORE_STALE',
      'the image became 16-bit while the store was made',
      path,
      'Run again when the images no longer change',
    );
  }
  return bitDepth === job.bitDepth ? pixels : Uint16Array.from(pixels, (value) => value * 257);
}

/** The fault of a slice that has not the size of the others, or not their proportions; null where it can be used. */
export function sizeFault(
  where: string,
  is: { readonly width: number; readonly height: number },
  wanted: { readonly width: number; readonly height: number },
  resize: Resizing,
): ImageFault | null {
  const isRight =
    resize === false ? is.width === wanted.width && is.height === wanted.height : hasProportions(is, wanted);
  if (isRight || resize === 'pad' || resize === 'stretch') return null;
  const expected = `${resize ? 'the proportions of ' : ''}${wanted.width}×${wanted.height}`;
  return new ImageFault(
    'SIZE',
    `the slice has ${is.width}×${is.height} pixels, not ${expected}`,
    where,
    resize ? 'Ask for margins (pad) or for stretching' : 'Export all slices in one size, or ask for resizing',
  );
}

/** Writes all of `bytes` at `position`; a single write may stop short. */
export function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at, bytes.length - at, position + at);
  }
}
