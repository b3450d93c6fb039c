import { type GrayImage, grayImage } from './slice.ts';

/** For each output position: the first input position, and the weights from there on, `taps` for each position. */
interface Kernel {
  readonly from: Int32Array;
  readonly taps: number;
  readonly weights: Int32Array | Float64Array;
}

/** Weights are taken three at a time, which is twice as fast as one by one: those that are too many are 0. */
const GROUP = 3;

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
  const { bitDepth, pixels } = image;
  const narrow = along(pixels, bitDepth, {
    kernel: kernelFor(image.width, width, bitDepth),
    lines: image.height,
    from: { step: 1, line: image.width },
    to: { step: 1, line: width },
  });
  const small = along(narrow, bitDepth, {
    kernel: kernelFor(image.height, height, bitDepth),
    lines: width,
    from: { step: width, line: 1 },
    to: { step: width, line: 1 },
  });
  // An array of whole numbers cuts off what is behind the point.
  const rounded = (value: number): number => value + 0.5;
  return grayImage(width, height, small instanceof Uint8Array ? small : new Uint16Array(small.map(rounded)));
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

function kernelFor(input: number, output: number, bitDepth: 8 | 16): Kernel {
  const key = `${input} ${output} ${bitDepth}`;
  const known = kernels.get(key);
  if (known !== undefined) return known;
  if (kernels.size === MOST_KERNELS) kernels.clear();
  const made = triangleKernel(input, output, bitDepth);
  kernels.set(key, made);
  return made;
}

/** Weights as in PIL's `precompute_coeffs` (libImaging/Resample.c). */
function triangleKernel(input: number, output: number, bitDepth: 8 | 16): Kernel {
  const scale = input / output;
  const support = Math.max(scale, 1);
  const rows = Array.from({ length: output }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(input, Math.trunc(centre + support + 0.5));
    const raw = Float64Array.from({ length: last - first }, (_w, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / support)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return {
      first,
      weights: raw.map((w) => (bitDepth === 8 ? Math.round((w / sum) * 2 ** PRECISION) : w / sum)),
    };
  });
  const taps = GROUP * Math.ceil(Math.max(...rows.map(({ weights }) => weights.length)) / GROUP);
  const weights = bitDepth === 8 ? new Int32Array(output * taps) : new Float64Array(output * taps);
  // Near the end weights of 0 come first: nothing is read beyond it, but of an image narrower than a group.
  const from = Int32Array.from(rows, ({ first }) => Math.max(0, Math.min(first, input - taps)));
  for (const [i, row] of rows.entries()) weights.set(row.weights, i * taps + row.first - (from[i] as number));
  return { from, taps, weights };
}

/** How far the next position and the next line lie. */
interface Steps {
  readonly step: number;
  readonly line: number;
}

/** What a pass leaves behind: rounded bytes for 8-bit (as PIL does), floats for 16-bit. */
type Plane = Uint8Array | Uint16Array | Float32Array;

/** With zeros behind it where so many are needed. */
function atLeast(length: number, pixels: Plane): Plane {
  if (pixels.length >= length) return pixels;
  const longer = new Float32Array(length);
  longer.set(pixels);
  return longer;
}

/** Weighs the positions of every line, rows or columns. */
function along(
  plane: Plane,
  bitDepth: 8 | 16,
  pass: { readonly kernel: Kernel; readonly lines: number; readonly from: Steps; readonly to: Steps },
): Uint8Array | Float32Array {
  const { lines, from: input, to: output } = pass;
  const { from, taps, weights } = pass.kernel;
  const isFixed = bitDepth === 8;
  const out = isFixed ? new Uint8Array(from.length * lines) : new Float32Array(from.length * lines);
  const last = ((from.at(-1) ?? 0) + taps - 1) * input.step + (lines - 1) * input.line;
  const pixels = atLeast(last + 1, plane);
  const sums = isFixed ? new Int32Array(lines) : new Float64Array(lines);
  for (let i = 0; i < from.length; i++) {
    sums.fill(isFixed ? 2 ** (PRECISION - 1) : 0);
    for (let k = 0; k < taps; k += GROUP) {
      const at = i * taps + k;
      const [a, b, c] = [weights[at], weights[at + 1], weights[at + 2]] as [number, number, number];
      let place = ((from[i] as number) + k) * input.step;
      for (let line = 0; line < lines; line++, place += input.line) {
        sums[line] =
          (sums[line] as number) +
          (pixels[place] as number) * a +
          (pixels[place + input.step] as number) * b +
          (pixels[place + 2 * input.step] as number) * c;
      }
    }
    let place = i * output.step;
    for (let line = 0; line < lines; line++, place += output.line)
      out[place] = isFixed ? (sums[line] as number) >> PRECISION : (sums[line] as number);
  }
  return out;
}
