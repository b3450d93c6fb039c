import type { Stack } from '../series/stack.ts';
import type { GrayRange } from '../values/window.ts';
import type { Fit, PixelOptions } from './options.ts';

/** Between the settings of a series in `how` of `import.csv`. */
export const AND = '; ';
/** What rules say whose range is the volume's own. */
export const BY_VOLUME = ' of the volume';

/**
 * All settings that gray values and geometry of a series depend on, in words, each at its place: the rule of its gray values, size, bits, fit;
 * of what has a place in space the slices that masks choose and the crop, and of NIfTI files the cut.
 */
export function settingsOf(stack: Stack, options: PixelOptions): string[] {
  const { size, bits, fit, mask } = options;
  const [image] = stack.images;
  return [
    rangeRule(stack, options).how,
    sizeText(size, size),
    bitsText(bits),
    fitText(fit),
    ...(image?.source.kind === 'picture' ? [] : [maskText(mask)]),
    ...(image?.source.kind === 'nifti' ? [`cut ${image.source.plane}`] : []),
  ];
}

export function sizeText(width: number, height: number): string {
  return `${width}×${height} pixels`;
}

export function bitsText(bits: number): string {
  return `${bits} bits`;
}

function fitText(fit: Fit): string {
  if (fit.kind === 'spacing') return `${fit.mm} mm per pixel`;
  return fit.kind === 'pad' ? 'padded' : 'stretched';
}

function maskText(mask: PixelOptions['mask']): string {
  const margin = mask?.margin ?? null;
  const crop = margin === null ? 'not cropped' : `cropped with a margin of ${margin} mm`;
  const slices = mask?.slices ?? { kind: 'all' };
  if (slices.kind === 'all') return crop;
  if (slices.kind === 'largest') return `the slice of the largest lesion, ${crop}`;
  return slices.kind === 'area'
    ? `slices of a lesion of at least ${slices.mm2} mm², ${crop}`
    : `the middle slice of the lesion and ${slices.around} on either side, ${crop}`;
}

const BYTES: GrayRange = { low: 0, high: 255 };

/** The rule by which values of a series become gray; `range` is null where the volume itself gives it. */
export function rangeRule(
  { images: [image] }: Stack,
  options: PixelOptions,
): { range: GrayRange | null; how: string } {
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
  const how =
    volume.kind === 'zscore'
      ? `mean ± ${volume.deviations} standard deviations${BY_VOLUME}`
      : `percentiles ${volume.low} and ${volume.high}${BY_VOLUME}`;
  return { range: null, how };
}
