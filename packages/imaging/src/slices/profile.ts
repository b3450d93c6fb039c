import type { DecodedSlice, FewGrays, GrayImage } from '../slice.ts';

/** Bins of a profile's histogram, over the whole range of the bit depth. */
export const PROFILE_BINS = 64;

/** How bright a slice is; all as shares of the range of its bit depth, from a sample of its pixels. */
export interface GrayProfile {
  readonly mean: number;
  /** 99th percentile: a few white pixels do not move it. */
  readonly high: number;
  /** How many sampled pixels are in each of {@link PROFILE_BINS} bins. */
  readonly histogram: Uint16Array;
}

/** So many pixels tell how a slice's are distributed; looking at all takes as long as decoding them. */
const SAMPLED = 2048;
const LEVELS = 256;
/** Bits of a level that a bin leaves out. */
const BIN_SHIFT = Math.log2(LEVELS / PROFILE_BINS);

const levels = new Uint32Array(LEVELS);

export function grayProfile({ width, pixels, bitDepth }: GrayImage): GrayProfile {
  levels.fill(0);
  const step = stepOf(pixels.length, width);
  const shift = bitDepth === 16 ? 8 : 0;
  let count = 0;
  for (let i = 0; i < pixels.length; i += step) {
    const level = (pixels[i] as number) >> shift;
    levels[level] = (levels[level] as number) + 1;
    count++;
  }
  const histogram = new Uint16Array(PROFILE_BINS);
  let sum = 0;
  let below = 0;
  let high = -1;
  for (let level = 0; level < LEVELS; level++) {
    const here = levels[level] as number;
    const bin = level >> BIN_SHIFT;
    histogram[bin] = (histogram[bin] as number) + here;
    sum += here * level;
    below += here;
    if (high < 0 && below >= 0.99 * count) high = level;
  }
  return { mean: sum / count / (LEVELS - 1), high: high / (LEVELS - 1), histogram };
}

/** Every so-manyth pixel; the step has no divisor in common with the width, or it would meet the same columns in each row. */
function stepOf(pixels: number, width: number): number {
  let step = Math.max(1, Math.floor(pixels / SAMPLED));
  while (divisor(step, width) !== 1) step++;
  return step;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** How many gray values there are, as far as few of them mean something. */
export function fewGrays({ pixels, min, max }: Pick<DecodedSlice, 'pixels' | 'min' | 'max'>): FewGrays {
  if (min === max) return 1;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i];
    if (value !== min && value !== max) return 0;
  }
  return 2;
}
