import { decodeSlice } from '../decode.ts';
import { type FaultRecord, ImageFault } from '../fault.ts';
import { readSliceFile } from '../file.ts';
import { contentHash, fileHash } from '../hash.ts';
import { perceptualHash } from '../perceptual.ts';
import { isConstant, isLowRange, type SliceColour, type SliceShape } from '../slice.ts';

/** What a scan knows of a good slice. */
export interface SliceFacts extends SliceShape {
  readonly path: string;
  readonly fault?: undefined;
  /** Size of the file in bytes. */
  readonly bytes: number;
  readonly colour: SliceColour;
  readonly min: number;
  readonly max: number;
  /** Every pixel has the same value. */
  readonly constant: boolean;
  /** 16-bit, but the maximum is under a quarter of the range. */
  readonly lowRange: boolean;
  readonly fileHash: string;
  readonly contentHash: string;
  /** Only when asked for. */
  readonly perceptualHash: string | undefined;
}

/** What a scan knows of a file that is not a usable slice. */
export interface SliceFault {
  readonly path: string;
  readonly fault: FaultRecord;
}

export type ScannedSlice = SliceFacts | SliceFault;

/** Reads, decodes and hashes one file. Faults of the file are returned, not thrown. */
export function inspectSlice(path: string, perceptual: boolean): ScannedSlice {
  return collected(path, () => {
    const bytes = readSliceFile(path);
    const slice = decodeSlice(bytes, path);
    const { width, height, bitDepth, colour, min, max } = slice;
    return {
      path,
      bytes: bytes.length,
      width,
      height,
      bitDepth,
      colour,
      min,
      max,
      constant: isConstant(slice),
      lowRange: isLowRange(slice),
      fileHash: fileHash(bytes),
      contentHash: contentHash(slice),
      perceptualHash: perceptual ? perceptualHash(slice) : undefined,
    };
  });
}

/** Runs `work` and turns an {@link ImageFault} into a value. Anything else is a bug and is thrown on. */
export function collected<T>(path: string, work: () => T): T | SliceFault {
  try {
    return work();
  } catch (error) {
    if (error instanceof ImageFault) return { path, fault: error.record() };
    throw error;
  }
}
