import { join } from 'node:path';
import { type Config, DataError, explainFileError, inTemporaryFolder } from '@radweave/artifacts';
import { buildStore, ImageFaults, openStore } from '@radweave/imaging';
import type { SlicePixels } from '@radweave/network/slices/slice-pixels';
import { storePixels } from '@radweave/network/slices/store-pixels';

/**
 * Decodes images into a temporary store and hands their pixels to `use`, with the positions of those that have two gray values only, as
 * masks have; the store is removed afterwards.
 *
 * @throws DataError naming the first image that cannot be used.
 */
export function withDecodedImages<T>(
  paths: readonly string[],
  { image_size, resize, num_workers }: Config['data'],
  use: (pixels: SlicePixels, twoValued: readonly number[]) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder('predict', async (folder) => {
    const file = join(folder, 'slices');
    const threads = num_workers === 0 ? undefined : num_workers;
    try {
      const shape = { width: image_size, height: image_size, resize };
      const { key } = await buildStore(paths, file, { ...shape, threads });
      const store = openStore(file, key);
      try {
        return await use(storePixels(store), store.twoValued());
      } finally {
        store.close();
      }
    } catch (error) {
      if (!(error instanceof ImageFaults)) throw explainFileError(error, undefined, file);
      throw new DataError('E_IMAGES', `images cannot be used: ${error.message}`, { cause: error });
    }
  });
}
