import { Random } from '@radweave/stats';
import { dispatch, MEMORY_FORMAT, type MemoryFormat, type Tensor, tidy } from '@radweave/torch';
import type { Compute } from '../compute/compute.ts';
import { type Augmentation, augment, isAugmenting } from './augment.ts';
import { rawSlices } from './resident.ts';
import type { SlicePixels } from './slice-pixels.ts';

/** (x − mean) / std on values in 0–1. */
export interface Normalisation {
  mean: number;
  std: number;
}

/** How slices are augmented: what to change, and the stream of random numbers of each slice. */
export interface Changes {
  augmentation: Augmentation;
  stream: (position: number) => Random;
}

/**
 * A batch of slices as the network sees it: float32 [N, 1, H, W], 8 bit divided by 255 or 16 bit by 65535, augmented
 * where `changes` is given, then normalised.
 */
export function makeBatch(
  pixels: SlicePixels,
  positions: ArrayLike<number>,
  normalisation: Normalisation,
  compute: Compute,
  changes?: Changes,
): Tensor {
  return tidy(() => {
    const unit = toUnit(pixels, positions, compute.device);
    let batch = unit;
    if (changes !== undefined && isAugmenting(changes.augmentation)) {
      const streams = Array.from(positions, (position) => {
        const random = changes.stream(position);
        return () => random.uniform();
      });
      batch = augment(unit, changes.augmentation, streams);
    }
    const { mean, std } = normalisation;
    return laidOut(batch.sub(mean).div(std), compute.memoryFormat);
  });
}

/**
 * With one channel both layouts have the same bytes, and torch takes the tensor for the default one: the first layers, the
 * largest, would run in it, and a training step take a quarter longer. A copy made in a layout is marked as such.
 */
function laidOut(batch: Tensor, format: MemoryFormat): Tensor {
  return dispatch('clone', batch, MEMORY_FORMAT[format]);
}

function toUnit(pixels: SlicePixels, positions: ArrayLike<number>, device: string): Tensor {
  const raw = rawSlices(pixels, positions, device);
  if (raw.dtype === 'uint8') return raw.to('float32').div(255);
  // Bits of unsigned numbers that were read as signed: the sign is undone.
  return raw
    .to('int32')
    .remainder(65536)
    .to('float32')
    .div(pixels.bitDepth === 16 ? 65535 : 255);
}

/** The order of an epoch's slices: the table's, or shuffled by a stream of its own. */
export function epochOrder(count: number, epoch: number, seed: number, shuffle: boolean): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return shuffle ? new Random(seed, `shuffle/${epoch}`).shuffle(order) : order;
}

/** The stream that augments one slice in one epoch: independent of batch size, order and resumption. */
export function augmentationStream(seed: number, epoch: number): (position: number) => Random {
  return (position) => new Random(seed, `augmentation/${epoch}/${position}`);
}

/** `order` in pieces of `size`; the last may be shorter. */
export function* inBatches(order: Uint32Array, size: number, from = 0): Generator<Uint32Array> {
  for (let start = from * size; start < order.length; start += size) {
    yield order.subarray(start, Math.min(order.length, start + size));
  }
}
