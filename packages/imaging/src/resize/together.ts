import type { GrayImage } from '../slice.ts';
import { assemble, kernelsOf } from '../wasm/assemble.ts';
import { resizeBytes } from './bytes-code.ts';
import { type Plan, planFor } from './plan.ts';
import { resizeWords } from './words-code.ts';

/** Address space: what is never used of it takes no memory. */
const MEMORY = 1 << 26;

const kernelOf = kernelsOf((bitDepth: 8 | 16) =>
  assemble((bitDepth === 8 ? resizeBytes : resizeWords)(MEMORY)),
);
/** Slices of a series are all of one size: their tables are made once. */
const plans = new Map<string, Plan>();
const MOST_PLANS = 8;

/** Resizes as `resizePlainly`, several numbers at once; null where the engine cannot, or the image is too large. */
export function resizeTogether(
  image: GrayImage,
  width: number,
  height: number,
): Uint8Array | Uint16Array | null {
  const { bitDepth, pixels } = image;
  const kernel = kernelOf(bitDepth);
  if (kernel === null || pixels.byteLength > MEMORY) return null;
  const { tables, parameters, input, output, pitch, end } = planOf(image, width, height);
  if (end > MEMORY) return null;
  const { memory, run } = kernel;
  memory.set(tables);
  memory.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), input);
  run(...parameters);
  const small = bitDepth === 8 ? new Uint8Array(width * height) : new Uint16Array(width * height);
  const bytes = new Uint8Array(small.buffer);
  const rowBytes = width * small.BYTES_PER_ELEMENT;
  for (let row = 0; row < height; row++) {
    const at = output + row * pitch;
    bytes.set(memory.subarray(at, at + rowBytes), row * rowBytes);
  }
  return small;
}

function planOf(image: GrayImage, width: number, height: number): Plan {
  const key = [image.bitDepth, image.width, image.height, width, height].join(' ');
  const known = plans.get(key);
  if (known !== undefined) return known;
  if (plans.size === MOST_PLANS) plans.clear();
  const made = planFor(image, width, height);
  plans.set(key, made);
  return made;
}
