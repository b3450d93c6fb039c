import type { SliceStore } from '@radweave/imaging';
import type { SlicePixels } from './slice-pixels.ts';

/**
 * A store's slices, read when a batch asks for them. What is read often stays in the operating system's cache, which gives
 * memory back where something else needs it: a copy of the split would grow with the cohort and be no faster.
 */
export function storePixels(store: SliceStore): SlicePixels {
  const { width, height, bitDepth } = store;
  const read = (positions: ArrayLike<number>): Uint8Array | Uint16Array => {
    const size = positions.length * width * height;
    const into = bitDepth === 8 ? new Uint8Array(size) : new Uint16Array(size);
    store.read(positions, into);
    return into;
  };
  return { width, height, bitDepth, read };
}
