import { type GrayImage, grayImage, resizeSlice } from '@radweave/imaging';
import type { Box } from '../masks/lesion.ts';
import type { Fit } from './options.ts';

export interface Fitted {
  readonly image: GrayImage;
  /** Of what is seen of the image within the square, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Whether parts of it were cut off. */
  readonly isCut: boolean;
}

/** @param spacing Between rows and columns, in mm; null is taken for squares. */
export function fitted(
  image: GrayImage,
  spacing: readonly [number, number] | null,
  size: number,
  fit: Fit,
): Fitted {
  const [width, height] = sizeOf(image, spacing ?? [1, 1], size, fit);
  const resized = resizeSlice(image, width, height);
  return {
    image: centred(resized, size),
    width: Math.min(width, size),
    height: Math.min(height, size),
    isCut: width > size || height > size,
  };
}

function sizeOf(
  { width, height }: GrayImage,
  [row, column]: readonly [number, number],
  size: number,
  fit: Fit,
): [number, number] {
  if (fit.kind === 'stretch') return [size, size];
  const across = width * column;
  const down = height * row;
  const mm = fit.kind === 'spacing' ? fit.mm : Math.max(across, down) / size;
  return [Math.max(1, Math.round(across / mm)), Math.max(1, Math.round(down / mm))];
}

/** In the middle of a black square; what is larger is cut off on all sides alike. */
function centred(image: GrayImage, size: number): GrayImage {
  const { width, height, pixels } = image;
  if (width === size && height === size) return image;
  const out = image.bitDepth === 8 ? new Uint8Array(size * size) : new Uint16Array(size * size);
  const left = Math.floor((size - width) / 2);
  const top = Math.floor((size - height) / 2);
  const from = Math.max(0, -left);
  const count = Math.min(width, size);
  for (let y = Math.max(0, -top); y < height && y + top < size; y++) {
    const start = y * width + from;
    out.set(pixels.subarray(start, start + count), (y + top) * size + Math.max(0, left));
  }
  return grayImage(size, size, out);
}

export function cropped(image: GrayImage, { left, top, width, height }: Box): GrayImage {
  const out = image.bitDepth === 8 ? new Uint8Array(width * height) : new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * image.width + left;
    out.set(image.pixels.subarray(start, start + width), y * width);
  }
  return grayImage(width, height, out);
}
