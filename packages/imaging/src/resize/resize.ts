import { type GrayImage, grayImage } from '../slice.ts';
import { resizePlainly } from './plain.ts';
import { resizeTogether } from './together.ts';

/**
 * Bilinear resize with antialiasing: the triangle filter widens when shrinking, as in
 * `PIL.Image.resize(…, BILINEAR)`. 8-bit follows PIL's fixed-point arithmetic; 16-bit follows PIL's float mode
 * and is rounded at the end.
 */
export function resizeSlice(image: GrayImage, width: number, height: number): GrayImage {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`a slice cannot be resized to ${width}×${height}`);
  }
  if (width === image.width && height === image.height) return image;
  const pixels = resizeTogether(image, width, height) ?? resizePlainly(image, width, height);
  return grayImage(width, height, pixels);
}

/**
 * What becomes of slices of another size: refused (false), resized where they have the proportions asked for (true), else given
 * black margins first (`pad`) or stretched.
 */
export type Resizing = boolean | 'pad' | 'stretch';

/** Whether a size has the proportions of another. */
export function hasProportions(
  is: { readonly width: number; readonly height: number },
  wanted: { readonly width: number; readonly height: number },
): boolean {
  return is.width * wanted.height === is.height * wanted.width;
}

/** A slice in the middle of a black one that has the proportions of width to height, as small as can be. */
export function padSlice(image: GrayImage, width: number, height: number): GrayImage {
  const wide = Math.max(image.width, Math.round((image.height * width) / height));
  const high = Math.max(image.height, Math.round((image.width * height) / width));
  const [left, top] = [(wide - image.width) >> 1, (high - image.height) >> 1];
  const pixels = image.bitDepth === 16 ? new Uint16Array(wide * high) : new Uint8Array(wide * high);
  for (let y = 0; y < image.height; y++) {
    const row = image.pixels.subarray(y * image.width, (y + 1) * image.width);
    pixels.set(row, (top + y) * wide + left);
  }
  return grayImage(wide, high, pixels);
}
