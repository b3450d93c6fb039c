import type { GrayImage } from '../slice.ts';
import { heatColour, type Rgb } from './colour-map.ts';
import type { RgbImage } from './rgb.ts';

/** Share of the colour where a map is strongest: the slice stays visible below it. */
const OPACITY = 0.6;

/**
 * Lays a map over a slice. Strength gives both colour and opacity: where the map is 0 the slice is as it was.
 *
 * @param strengths 0–1, one per pixel of the slice.
 * @param white sample that is shown white.
 */
export function overlayHeat(slice: GrayImage, strengths: Float32Array, white: number): RgbImage {
  const { width, height, pixels } = slice;
  if (strengths.length !== pixels.length) {
    throw new RangeError(
      `${pixels.length} strengths expected for ${width}×${height}, got ${strengths.length}`,
    );
  }
  const out = new Uint8Array(3 * pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const strength = strengths[i] as number;
    const gray = Math.min(255, Math.round(((pixels[i] as number) * 255) / white));
    out.set(blend(gray, heatColour(strength), OPACITY * Math.min(1, strength)), 3 * i);
  }
  return { width, height, pixels: out };
}

/** The slice itself in gray. */
export function slicePicture(slice: GrayImage, white: number): RgbImage {
  return overlayHeat(slice, new Float32Array(slice.pixels.length), white);
}

/** The colours of `overlayHeat` on a slice of mid gray, strongest on top. */
export function heatBar(width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height).fill(128);
  const strengths = Float32Array.from(pixels, (_, i) => 1 - Math.floor(i / width) / Math.max(1, height - 1));
  return overlayHeat({ width, height, bitDepth: 8, pixels }, strengths, 255);
}

function blend(gray: number, colour: Rgb, opacity: number): number[] {
  return colour.map((part) => Math.round(gray + opacity * (part - gray)));
}
