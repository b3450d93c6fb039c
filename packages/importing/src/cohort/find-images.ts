import { join, relative } from 'node:path';
import { compareText, systemCode } from '@radweave/artifacts';
import { readdirSync, statSync } from '@radweave/artifacts/files';
import { DicomFault } from '../dicom/fault.ts';
import { type Image, readImage } from '../series/image.ts';

/** What lies below a folder. */
export interface FoundImages {
  readonly files: number;
  readonly images: readonly Image[];
  /** Files that hold no slice, and why. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Reads the header of every file below a folder; no name needs an extension.
 *
 * @param options Whether images in colour are to be made gray; the key of the hashes of UIDs.
 * @param onFile Called now and then; what it throws ends the search.
 */
export function findImages(
  root: string,
  { keepsColour, key }: { keepsColour: boolean; key: string },
  onFile: (done: number, total: number) => void,
): FoundImages {
  const found = [...filesBelow(root, new Set())];
  const images: Image[] = [];
  const leftOut: { path: string; reason: string }[] = [];
  found.forEach(({ path, isFile }, i) => {
    if (i % 50 === 0) onFile(i, found.length);
    const image = isFile ? readOrReason(path, key) : NO_FILE;
    if (typeof image === 'string') leftOut.push({ path: relative(root, path), reason: image });
    else if (image.isColour && !keepsColour) leftOut.push({ path: relative(root, path), reason: COLOUR });
    else images.push(image);
  });
  return { files: found.length, images, leftOut };
}

const NO_FILE = 'a link that leads nowhere, or a pipe or device';
const COLOUR = 'in colour or with a palette (--colour gray converts it)';

function readOrReason(path: string, key: string): Image | string {
  try {
    return readImage(path, key);
  } catch (error) {
    if (error instanceof DicomFault) return error.message;
    throw error;
  }
}

/** In an order that does not depend on the file system. Links are followed, each folder once; pipes and devices are not opened. */
function* filesBelow(folder: string, seen: Set<string>): Generator<{ path: string; isFile: boolean }> {
  // Windows numbers files beyond what a double holds: rounded, two folders would be one.
  const { dev, ino } = statSync(folder, { bigint: true });
  const key = `${dev}:${ino}`;
  if (seen.has(key)) return;
  seen.add(key);
  for (const name of readdirSync(folder).sort(compareText)) {
    const path = join(folder, name);
    const kind = kindOf(path);
    if (kind === 'folder') yield* filesBelow(path, seen);
    else yield { path, isFile: kind === 'file' };
  }
}

function kindOf(path: string): 'file' | 'folder' | 'other' {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'other';
  } catch (error) {
    // A link that leads nowhere or in a circle.
    if (['ENOENT', 'ELOOP'].includes(systemCode(error) ?? '')) return 'other';
    throw error;
  }
}
