import { type GrayImage, grayImage } from './slice.ts';

/** For each output position: first input position, how many are weighed, and the weights, `most` for each position. */
interface Kernel {
  readonly from: Int32Array;
  readonly counts: Int32Array;
  readonly most: number;
  readonly weights: Float64Array;
}

/** PIL's fixed point for 8-bit images. */
const PRECISION = 22;

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
  const narrow = alongRows(image, width);
  return alongColumns(narrow, image.bitDepth, width, image.height, height);
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

/** Slices of a series are all of one size: their kernels are made once. */
const kernels = new Map<string, Kernel>();
const MOST_KERNELS = 8;

function kernelFor(input: number, output: number, fixedPoint: boolean): Kernel {
  const key = `${input} ${output} ${fixedPoint}`;
  const known = kernels.get(key);
  if (known !== undefined) return known;
  if (kernels.size === MOST_KERNELS) kernels.clear();
  const made = triangleKernel(input, output, fixedPoint);
  kernels.set(key, made);
  return made;
}

/** Weights as in PIL's `precompute_coeffs` (libImaging/Resample.c). */
function triangleKernel(input: number, output: number, fixedPoint: boolean): Kernel {
  const scale = input / output;
  const support = Math.max(scale, 1);
  const from = new Int32Array(output);
  const rows = Array.from({ length: output }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(input, Math.trunc(centre + support + 0.5));
    const raw = Float64Array.from({ length: last - first }, (_w, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / support)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    from[i] = first;
    return raw.map((w) => (fixedPoint ? Math.round((w / sum) * 2 ** PRECISION) : w / sum));
  });
  const most = Math.max(...rows.map((row) => row.length));
  const weights = new Float64Array(output * most);
  for (const [i, row] of rows.entries()) weights.set(row, i * most);
  return { from, counts: Int32Array.from(rows, (row) => row.length), most, weights };
}

/** What a pass leaves behind: rounded bytes for 8-bit (as PIL does), floats for 16-bit. */
type Plane = Uint8Array | Float32Array;

function plane(bitDepth: 8 | 16, length: number): Plane {
  return bitDepth === 8 ? new Uint8Array(length) : new Float32Array(length);
}

const settle = (sum: number, bitDepth: 8 | 16): number =>
  bitDepth === 8 ? Math.min(255, (sum + 2 ** (PRECISION - 1)) >> PRECISION) : sum;

function alongRows(image: GrayImage, width: number): Plane {
  const { pixels, bitDepth, height } = image;
  const out = plane(bitDepth, width * height);
  if (width === image.width) {
    out.set(pixels);
    return out;
  }
  const { from, counts, most, weights } = kernelFor(image.width, width, bitDepth === 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = y * image.width + (from[x] as number);
      const count = counts[x] as number;
      let sum = 0;
      for (let k = 0; k < count; k++)
        sum += (pixels[start + k] as number) * (weights[x * most + k] as number);
      out[y * width + x] = settle(sum, bitDepth);
    }
  }
  return out;
}

function alongColumns(
  narrow: Plane,
  bitDepth: 8 | 16,
  width: number,
  inputHeight: number,
  height: number,
): GrayImage {
  const pixels = bitDepth === 8 ? new Uint8Array(width * height) : new Uint16Array(width * height);
  const { from, counts, most, weights } = kernelFor(inputHeight, height, bitDepth === 8);
  for (let y = 0; y < height; y++) {
    const count = counts[y] as number;
    for (let x = 0; x < width; x++) {
      const start = (from[y] as number) * width + x;
      let sum = 0;
      for (let k = 0; k < count; k++)
        sum += (narrow[start + k * width] as number) * (weights[y * most + k] as number);
      pixels[y * width + x] = bitDepth === 8 ? settle(sum, 8) : Math.round(sum);
    }
  }
  return grayImage(width, height, pixels);
}
