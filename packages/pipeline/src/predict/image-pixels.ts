import { join } from 'node:path';
import { type Config, DataError, explainFileError, inTemporaryFolder } from '@radweave/artifacts';
import { buildStore, ImageFaults, openStore, type SliceStore } from '@radweave/imaging';

/**
 * Decodes images into a temporary store and hands it to `use`; it is removed afterwards.
 *
 * @throws DataError naming the first image that cannot be used.
 */
export function withDecodedImages<T>(
  paths: readonly string[],
  { image_size, resize, num_workers }: Config['data'],
  use: (store: SliceStore) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder('predict', async (folder) => {
    const file = join(folder, 'slices');
    const threads = num_workers === 0 ? undefined : num_workers;
    try {
      const shape = { width: image_size, height: image_size, resize };
      const { key } = await buildStore(paths, file, { ...shape, threads });
      const store = openStore(file, key);
      try {
        return await use(store);
      } finally {
        store.close();
      }
    } catch (error) {
      if (!(error instanceof ImageFaults)) throw explainFileError(error, undefined, file);
      throw new DataError('E_IMAGES', `images cannot be used: ${error.message}`, { cause: error });
    }
  });
}
