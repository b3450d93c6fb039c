import { empty, fromTypedArray, type Tensor, tidy } from '@radweave/torch';
import type { SlicePixels } from './slice-pixels.ts';

/** Bytes read and sent at once. */
const PIECE = 1 << 25;

/** A split's slices on a device, as they were decoded: [slices, 1, H, W] of uint8, or of int16 that holds the bits of 16. */
export interface ResidentPixels extends SlicePixels {
  readonly resident: Tensor;
}

/**
 * Sends a split's slices to a device, where batches are then put together: a batch costs no reading and no transfer. Most
 * cohorts fit many times.
 *
 * @param free bytes that may be used; null is returned when the slices need more.
 */
export function makeResident(
  pixels: SlicePixels,
  count: number,
  device: string,
  free: number,
): ResidentPixels | null {
  const { height, width, bitDepth } = pixels;
  const each = height * width * (bitDepth / 8);
  if (count === 0 || count * each > free) return null;
  const dtype = bitDepth === 8 ? 'uint8' : 'int16';
  const resident = empty([count, 1, height, width], { dtype, device }).keep();
  const step = Math.max(1, Math.floor(PIECE / each));
  for (let from = 0; from < count; from += step) {
    const length = Math.min(step, count - from);
    const positions = Array.from({ length }, (_, i) => from + i);
    tidy(() => resident.narrow(0, from, length).copy_(rawSlices(pixels, positions, device)));
  }
  return { height, width, bitDepth, read: (positions) => pixels.read(positions), resident };
}

/** Slices as decoded, [N, 1, H, W] on the device. torch has no unsigned 16-bit type: those bits are read as signed. */
export function rawSlices(
  pixels: SlicePixels | ResidentPixels,
  positions: ArrayLike<number>,
  device: string,
): Tensor {
  if ('resident' in pixels) {
    const index = BigInt64Array.from({ length: positions.length }, (_, i) => BigInt(positions[i] ?? 0));
    return tidy(() => pixels.resident.indexSelect(0, fromTypedArray(index, [index.length], { device })));
  }
  const raw = pixels.read(positions);
  const shape = [positions.length, 1, pixels.height, pixels.width];
  const data = raw instanceof Uint8Array ? raw : new Int16Array(raw.buffer, raw.byteOffset, raw.length);
  return fromTypedArray(data, shape, { device });
}
