import type { CudaDevice } from '@radweave/torch';
import type { LoadedSplit } from '../slices/load.ts';
import { makeResident } from '../slices/resident.ts';
import type { Splits } from './session-splits.ts';

/** Of a device's free memory, for slices: the rest is for the network. */
const MEMORY_SHARE = 1 / 4;

/**
 * The sets that are read in every epoch, their slices on the device where they fit. The external test set is read once, so it
 * stays where it is.
 */
export function residentSplits(splits: Splits, device: string, cuda: CudaDevice | null): Splits {
  if (cuda === null) return splits;
  let free = cuda.memory().free * MEMORY_SHARE;
  const placed = (split: LoadedSplit): LoadedSplit => {
    const pixels = makeResident(split.pixels, split.table.length, device, free);
    if (pixels === null) return split;
    free -= pixels.resident.numel * (pixels.bitDepth / 8);
    const close = (): void => {
      pixels.resident.dispose();
      split.close();
    };
    return { ...split, pixels, close };
  };
  return { train: placed(splits.train), val: placed(splits.val), test: splits.test };
}
