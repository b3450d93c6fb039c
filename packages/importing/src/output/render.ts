import type { GrayImage } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import type { Stack } from '../series/stack.ts';
import type { Values } from '../values/rescale.ts';
import { volumeRange } from '../values/volume-range.ts';
import { type GrayRange, grayOf } from '../values/window.ts';
import { type Fitted, fitted } from './fit.ts';
import type { PixelOptions } from './options.ts';
import { SliceReader, type SliceValues } from './slice-values.ts';

/** A slice ready to be written, and how it came about. */
export interface Rendered extends Omit<SliceValues, 'values'> {
  readonly image: GrayImage;
  readonly fit: Fitted;
  readonly range: GrayRange;
  /** How the range was found, in words. */
  readonly how: string;
  /** Along the normal, in mm; null without geometry. */
  readonly at: number | null;
}

/** Volumes of fewer values are kept while their range is found; larger ones are decoded again. */
const KEPT = 2 ** 26;

/**
 * Makes images of a stack, one after the other.
 *
 * @throws FileFault when a slice cannot be decoded, or the stack not be resampled as asked.
 */
export function* render(stack: Stack, options: PixelOptions): Generator<Rendered> {
  const reader = new SliceReader(options.suv === null ? null : stack.images);
  const decoded = kept(stack, reader);
  const { range, how } = rangeOf(stack, decoded, options);
  for (const { at, one } of planes(stack, decoded, options)) {
    const { values, ...about } = one;
    const { image, frame } = one.slice;
    const inverted = one.photometric === 'MONOCHROME1';
    const gray = grayOf(values, image.columns, range, { bits: options.bits, inverted });
    const fit = fitted(gray, frame.spacing, options.size, options.fit);
    yield { ...about, image: fit.image, fit, range, how, at };
  }
}

/** The slices of a stack, as often as they are asked for. */
function kept(stack: Stack, reader: SliceReader): () => Iterable<SliceValues> {
  const samples = stack.slices.reduce((sum, { image }) => sum + image.rows * image.columns, 0);
  const decode = function* (): Generator<SliceValues> {
    for (const slice of stack.slices) yield reader.read(slice);
  };
  const needsTwice = stack.images[0]?.facts.type !== 'CT';
  if (samples > KEPT || !needsTwice) return decode;
  let all: SliceValues[] | undefined;
  return () => {
    all ??= [...decode()];
    return all;
  };
}

const BYTES: GrayRange = { low: 0, high: 255 };

function rangeOf(
  stack: Stack,
  decoded: () => Iterable<SliceValues>,
  options: PixelOptions,
): { range: GrayRange; how: string } {
  const [image] = stack.images;
  if (image?.source.kind === 'picture' && image.source.isByte) return { range: BYTES, how: 'as stored' };
  if (image?.isColour === true && image.source.kind === 'dicom')
    return { range: BYTES, how: 'brightness of the colour' };
  if (image?.facts.type === 'CT') return { range: options.window, how: 'window' };
  if (image?.facts.type === 'PT' && options.suv !== null) {
    return {
      range: { low: 0, high: options.suv },
      how: image.source.kind === 'nifti' ? 'SUV of the file' : 'SUV by body weight',
    };
  }
  const { volume } = options;
  const values = function* (): Generator<Values> {
    for (const one of decoded()) yield one.values;
  };
  const how =
    volume.kind === 'zscore'
      ? `mean ± ${volume.deviations} standard deviations of the volume`
      : `percentiles ${volume.low} and ${volume.high} of the volume`;
  return { range: volumeRange(values, volume), how };
}

/** The slices themselves, or planes at equal distances between them. */
function* planes(
  stack: Stack,
  decoded: () => Iterable<SliceValues>,
  { fit }: PixelOptions,
): Generator<{ at: number | null; one: SliceValues }> {
  if (fit.kind !== 'spacing' || stack.slices.length < 2) {
    for (const one of decoded()) yield { at: one.slice.at, one };
    return;
  }
  const fault = whyNotResampled(stack);
  if (fault !== null) throw new FileFault(`slices cannot be brought to equal distances: ${fault}`);
  let next = stack.slices[0]?.at ?? 0;
  let before: SliceValues | undefined;
  for (const one of decoded()) {
    const to = one.slice.at ?? 0;
    const from = before?.slice.at ?? to;
    for (; next <= to + 1e-6; next += fit.mm) {
      const share = before === undefined ? 1 : Math.min(1, (next - from) / (to - from));
      const nearest = share < 0.5 ? (before ?? one) : one;
      yield {
        at: next,
        one: { ...nearest, values: between(before?.values ?? one.values, one.values, share) },
      };
    }
    before = one;
  }
}

function whyNotResampled({ slices, sheared, gaps }: Stack): string | null {
  if (slices.some(({ at }) => at === null)) return 'positions are missing';
  if (sheared) return 'they are shifted against each other by a tilted gantry';
  return gaps > 0 ? 'some are missing in between' : null;
}

function between(a: Values, b: Values, share: number): Values {
  if (share === 1) return b;
  return a.map((value, i) => value + share * ((b[i] as number) - value));
}
