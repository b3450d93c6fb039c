import { decodeSlice } from '../decode.ts';
import { type FaultRecord, ImageFault } from '../fault.ts';
import { readSliceFile } from '../file.ts';
import { contentHash } from '../hash.ts';
import { perceptualHash } from '../perceptual.ts';
import { Scratch } from '../scratch.ts';
import { isLowRange, type SliceColour, type SliceShape } from '../slice.ts';
import { fewGrays, type GrayProfile, grayProfile } from './profile.ts';

/** What a scan knows of a good slice. */
export interface SliceFacts extends SliceShape {
  readonly path: string;
  readonly fault?: undefined;
  readonly colour: SliceColour;
  readonly min: number;
  readonly max: number;
  /** Every pixel has the same value. */
  readonly constant: boolean;
  /** 16-bit, but the maximum is under a quarter of the range. */
  readonly lowRange: boolean;
  readonly contentHash: string;
  /** Two gray values alone, as in a mask. */
  readonly twoValued: boolean;
  /** Only when asked for. */
  readonly perceptualHash: string | undefined;
  /** Only when asked for; whoever has added it up may drop it. */
  profile: GrayProfile | undefined;
}

/** What a scan computes beside what it always does. */
export interface InspectWishes {
  /** Perceptual hashes, for `nearDuplicates`. */
  readonly perceptual: boolean;
  readonly profile: boolean;
}

/** What a scan knows of a file that is not a usable slice. */
export interface SliceFault {
  readonly path: string;
  readonly fault: FaultRecord;
}

export type ScannedSlice = SliceFacts | SliceFault;

const pixels = new Scratch();

/** Reads, decodes and hashes one file. Faults of the file are returned, not thrown. */
export function inspectSlice(path: string, wishes: InspectWishes): ScannedSlice {
  return collected(path, () => {
    const slice = decodeSlice(readSliceFile(path), path, pixels);
    const { width, height, bitDepth, colour, min, max } = slice;
    const grays = fewGrays(slice);
    return {
      path,
      width,
      height,
      bitDepth,
      colour,
      min,
      max,
      constant: grays === 1,
      lowRange: isLowRange(slice),
      contentHash: contentHash(slice),
      twoValued: grays === 2,
      perceptualHash: wishes.perceptual ? perceptualHash(slice) : undefined,
      profile: wishes.profile ? grayProfile(slice) : undefined,
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
