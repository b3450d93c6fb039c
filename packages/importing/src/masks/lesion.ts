import { openWhole } from '../dicom/open.ts';
import { FileFault } from '../files/fault.ts';
import type { MaskSource } from '../series/mask-source.ts';
import type { Slice, Stack } from '../series/stack.ts';
import { contourPixels } from './contours.ts';
import { placed } from './place.ts';
import { segmentFrames } from './segments.ts';
import { volumeFrames } from './volume.ts';

export interface MaskWishes {
  /** `all`; the one of the largest area; those of an area in mm² and more; those around the middle one of the lesion. */
  readonly slices:
    | { readonly kind: 'all' }
    | { readonly kind: 'largest' }
    | { readonly kind: 'area'; readonly mm2: number }
    | { readonly kind: 'centre'; readonly around: number };
  /** Left around the lesion in mm; null does not crop. */
  readonly margin: number | null;
  /** A pattern of the names of segments, regions or, of NIfTI, labels; null for the only one, and every label. */
  readonly name: string | null;
}

/** Part of a slice, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A lesion on the slices of its image. */
export interface Lesion {
  /** Slices that were chosen, by their places in the stack. */
  readonly chosen: readonly number[];
  /** In mm², for each slice of the stack. */
  readonly areas: readonly number[];
  /** Of all chosen slices; null where nothing is cropped. */
  readonly box: Box | null;
}

/** A mask that can be read and fits, and of which no slice is chosen: a finding more often than a fault. */
export class NothingChosen extends FileFault {
  readonly reason: string;

  constructor(reason: string) {
    super(`${reason}; --mask_none leave_out leaves such series out`);
    this.reason = reason;
  }
}

/**
 * Finds the lesion of a stack.
 *
 * @throws NothingChosen; FileFault when the mask cannot be read or does not fit the image exactly.
 */
export function lesionOf(stack: Stack, source: MaskSource, wishes: MaskWishes): Lesion {
  try {
    return chosenBy(stack, source, wishes);
  } catch (error) {
    // Else the image would be looked at for what is wrong with its mask.
    if (error instanceof FileFault) error.path = source.path;
    throw error;
  }
}

function chosenBy(stack: Stack, source: MaskSource, { slices, margin, name }: MaskWishes): Lesion {
  const pixels = pixelsOf(stack, source, name);
  const areas = pixels.map((one, i) => areaOf(one, stack.slices[i] as Slice));
  if (areas.every((area) => area === 0)) throw new NothingChosen('the mask is empty');
  const chosen = choose(areas, slices);
  if (chosen.length === 0)
    throw new NothingChosen(`no slice shows at least ${'mm2' in slices ? slices.mm2 : 0} mm² of the lesion`);
  const box = margin === null ? null : boxOf(stack, pixels, { chosen, margin });
  return { chosen, areas, box };
}

function pixelsOf(stack: Stack, source: MaskSource, name: string | null): (Uint8Array | null)[] {
  if (source.kind === 'volume') {
    const { length } = source.stack.slices;
    if (length !== stack.slices.length)
      throw new FileFault(`slices of the mask: ${length}, of the image: ${stack.slices.length}`);
    return placed(stack, volumeFrames(source.stack, name));
  }
  const [image] = stack.images;
  if (source.frameOfReference === '' || source.frameOfReference !== image?.frameOfReference) {
    throw new FileFault('the mask was drawn in another frame of reference than that of the image');
  }
  const file = openWhole(source.path);
  return source.kind === 'seg'
    ? placed(stack, segmentFrames(file, name))
    : contourPixels(file.dataset, name, stack);
}

function areaOf(pixels: Uint8Array | null, { frame }: Slice): number {
  const [row = 1, column = 1] = frame.spacing ?? [];
  return (pixels?.reduce((sum, one) => sum + one, 0) ?? 0) * row * column;
}

function choose(areas: readonly number[], wish: MaskWishes['slices']): number[] {
  const all = areas.map((_, i) => i);
  if (wish.kind === 'all') return all;
  if (wish.kind === 'area')
    return all.filter((i) => (areas[i] as number) > 0 && (areas[i] as number) >= wish.mm2);
  const largest = areas.indexOf(Math.max(...areas));
  if (wish.kind === 'largest') return [largest];
  const within = all.filter((i) => (areas[i] as number) > 0);
  const centre = Math.floor(((within[0] as number) + (within.at(-1) as number)) / 2);
  return all.filter((i) => Math.abs(i - centre) <= wish.around);
}

/** Around the lesion on the chosen slices, within the image. */
function boxOf(
  stack: Stack,
  pixels: readonly (Uint8Array | null)[],
  { chosen, margin }: { chosen: readonly number[]; margin: number },
): Box {
  const { rows, columns } = (stack.slices[0] as Slice).image;
  const [down, across] = stack.slices[0]?.frame.spacing ?? [1, 1];
  let [left, top, right, bottom] = [columns, rows, -1, -1];
  for (const index of chosen) {
    pixels[index]?.forEach((one, i) => {
      if (one === 0) return;
      const [x, y] = [i % columns, Math.floor(i / columns)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    });
  }
  if (right < 0)
    throw new FileFault('none of the chosen slices shows the lesion, so nothing can be cropped to it');
  const [x, y] = [Math.ceil(margin / across), Math.ceil(margin / down)];
  [left, top] = [Math.max(0, left - x), Math.max(0, top - y)];
  return {
    left,
    top,
    width: Math.min(columns - 1, right + x) - left + 1,
    height: Math.min(rows - 1, bottom + y) - top + 1,
  };
}
