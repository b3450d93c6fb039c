import type { MaskWishes } from '../masks/lesion.ts';
import type { VolumeRule } from '../values/volume-range.ts';
import type { GrayRange } from '../values/window.ts';

export interface PixelOptions {
  /** Side of the written squares, in pixels. */
  readonly size: number;
  readonly bits: 8 | 16;
  readonly fit: Fit;
  /** Of CT, in HU. */
  readonly window: GrayRange;
  /** Of MR, and of all that has no unit. */
  readonly volume: VolumeRule;
  /** The SUV of PET that becomes white; null for the rule of {@link volume}. */
  readonly suv: number | null;
  /** What masks are for; absent where they are not asked for. */
  readonly mask?: MaskWishes;
}

/**
 * How an image gets into the square. `pad` keeps its physical shape and fills up with black, `stretch` does not keep it, `spacing`
 * gives every pixel, and the distance of slices, the same size in mm, cutting off or filling up around the middle.
 */
export type Fit =
  | { readonly kind: 'pad' }
  | { readonly kind: 'stretch' }
  | { readonly kind: 'spacing'; readonly mm: number };
