import { FileHashes, fileState, privateFiles, writeSecretAtomic } from '@radweave/artifacts';
import { FileFault } from '../files/fault.ts';
import { keyedHash } from '../series/image.ts';
import type { Proposal } from '../series/propose.ts';
import type { ImageReader } from './find-images.ts';

/** What series are made of: the content of their files and of their masks. */
export class Sources {
  readonly #key: string;
  readonly #hashes: FileHashes;
  readonly #seen = new Map<string, string | null>();

  /**
   * @param secrets Folder that remembers the hashes of files for the next time: their paths may name patients.
   * @param key Of the hashes that are written elsewhere.
   */
  constructor(secrets: string, key: string) {
    this.#hashes = new FileHashes(privateFiles(secrets).hashes, writeSecretAtomic);
    this.#key = key;
  }

  /** Notes how each file is before it is read for the first time. */
  watching(read: ImageReader): ImageReader {
    return (path, name) => {
      this.#seen.set(path, fileState(path));
      return read(path, name);
    };
  }

  /** A name for all that a series is made of. Files that were never read are read for it. */
  of({ stack, mask }: Proposal): string {
    // What has no UID is called by its content already.
    const contents = stack.images.map(({ source, path, instance }) =>
      source.kind === 'dicom' ? this.#hashes.file(path) : instance,
    );
    return keyedHash(this.#key, [...contents, ...(mask === null ? [] : [mask.instance])]);
  }

  /** @throws FileFault where a file is another one than when its header was read: half of the slices could be of either. */
  requireStill({ stack, mask }: Proposal): void {
    const paths = [...stack.images, ...(mask === null ? [] : [mask])].map(({ path }) => path);
    const other = paths.find((path) => fileState(path) !== this.#seen.get(path));
    if (other === undefined) return;
    const fault = new FileFault('the file was changed while it was imported');
    fault.path = other;
    throw fault;
  }

  /** Keeps the hashes for the next time. */
  save(): void {
    this.#hashes.save();
  }
}
