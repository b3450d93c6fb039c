import { type GrayImage, grayImage, Scratch } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import { type Box, lesionOf } from '../masks/lesion.ts';
import type { MaskSource } from '../series/mask-source.ts';
import type { Slice, Stack } from '../series/stack.ts';
import type { Values } from '../values/rescale.ts';
import { volumeRange } from '../values/volume-range.ts';
import type { GrayRange } from '../values/window.ts';
import { cropped, type Fitted, fitted } from './fit.ts';
import { GrayMaker } from './gray-table.ts';
import type { PixelOptions } from './options.ts';
import { AND, rangeRule, settingsOf } from './settings.ts';
import { asTheyAre, SliceReader, type SliceValues } from './slice-values.ts';

/** A slice ready to be written, and how it came about. */
export interface Rendered extends Omit<SliceValues, 'samples' | 'valuesOf' | 'key'> {
  readonly image: GrayImage;
  readonly fit: Fitted;
  readonly range: GrayRange;
  /** All settings that it depends on, in words. */
  readonly how: string;
  /** Along the normal, in mm; null without geometry. */
  readonly at: number | null;
  /** Of the lesion, in mm²; null without a mask. */
  readonly area: number | null;
  /** What it was cropped to; null where it was not. */
  readonly box: Box | null;
}

/** Volumes of fewer values are kept while their range is found; larger ones are decoded again. */
const KEPT = 2 ** 26;

/**
 * Makes images of a stack, one after the other.
 *
 * @throws FileFault when a slice cannot be decoded, or the stack not be resampled as asked.
 */
export function* render(
  stack: Stack,
  options: PixelOptions,
  mask: MaskSource | null = null,
): Generator<Rendered> {
  const lesion = mask === null || options.mask === undefined ? null : lesionOf(stack, mask, options.mask);
  const chosen = new Set(lesion?.chosen.map((index) => stack.slices[index] as Slice) ?? stack.slices);
  const decoded = slicesOf(stack, options.suv === null ? null : stack.images, chosen);
  const values = function* (): Generator<Values> {
    for (const one of decoded()) yield one.valuesOf(one.samples);
  };
  const range = rangeRule(stack, options).range ?? volumeRange(values, options.volume);
  const how = settingsOf(stack, options).join(AND);
  const maker = new GrayMaker(range, options.bits);
  for (const { at, one } of planes(stack, decoded, options)) {
    const { samples: _samples, valuesOf: _valuesOf, key: _key, ...about } = one;
    const { image, frame } = one.slice;
    if (!chosen.has(one.slice)) continue;
    const gray = grayImage(image.columns, image.rows, maker.grayOf(one));
    const box = lesion?.box ?? null;
    if (options.fit.kind === 'spacing' && frame.spacing === null)
      throw new FileFault(
        `no pixel spacing is read, so no pixel can become ${options.fit.mm} mm wide (--fit pad needs none)`,
      );
    const fit = fitted(box === null ? gray : cropped(gray, box), frame.spacing, options.size, options.fit);
    const area = lesion?.areas[stack.slices.indexOf(one.slice)] ?? null;
    yield { ...about, image: fit.image, fit, range, how, at, area, box };
  }
}

/** The slices of a stack, as often as they are asked for: all of them where they give the range, else those chosen. */
function slicesOf(
  stack: Stack,
  ofSuv: Stack['images'] | null,
  chosen: ReadonlySet<Slice>,
): () => Iterable<SliceValues> {
  const samples = stack.slices.reduce((sum, { image }) => sum + image.rows * image.columns, 0);
  const needsTwice = stack.images[0]?.facts.type !== 'CT';
  const isKept = needsTwice && samples <= KEPT;
  const reader = new SliceReader(ofSuv, isKept ? undefined : new Scratch());
  const decode = function* (): Generator<SliceValues> {
    for (const slice of stack.slices) if (needsTwice || chosen.has(slice)) yield reader.read(slice);
  };
  if (!isKept) return decode;
  let all: SliceValues[] | undefined;
  return () => {
    all ??= [...decode()];
    return all;
  };
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
  if (fault !== null)
    throw new FileFault(
      `slices cannot be brought to equal distances: ${fault} (--fit pad keeps them as they are)`,
    );
  let next = stack.slices[0]?.at ?? 0;
  let before: { one: SliceValues; values: Values } | undefined;
  for (const one of decoded()) {
    const values = one.valuesOf(one.samples);
    const to = one.slice.at ?? 0;
    const from = before?.one.slice.at ?? to;
    for (; next <= to + 1e-6; next += fit.mm) {
      const share = before === undefined ? 1 : Math.min(1, (next - from) / (to - from));
      const nearest = share < 0.5 ? (before?.one ?? one) : one;
      yield {
        at: next,
        one: { ...nearest, ...asTheyAre(between(before?.values ?? values, values, share)) },
      };
    }
    before = { one, values };
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
