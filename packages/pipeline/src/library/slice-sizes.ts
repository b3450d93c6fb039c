import { dirname } from 'node:path';
import { fileShape, ImageFault, type SliceShape } from '@radweave/imaging';
import type { FoundSlice } from '@radweave/study/cohort/found';

/** How many folders of slices have one size. */
export interface SliceSize {
  width: number;
  height: number;
  folders: number;
}

/** The sizes of slices, by one of each folder, the most frequent first. What cannot be read `preprocess` tells. */
export function sizesOf(slices: readonly FoundSlice[]): SliceSize[] {
  const firsts = new Map(slices.map(({ path }) => [dirname(path), path]));
  const sizes = new Map<string, SliceSize>();
  for (const path of firsts.values()) {
    const shape = shapeOf(path);
    if (shape === null) continue;
    const { width, height } = shape;
    const key = `${width}×${height}`;
    sizes.set(key, { width, height, folders: (sizes.get(key)?.folders ?? 0) + 1 });
  }
  return [...sizes.values()].sort((a, b) => b.folders - a.folders);
}

function shapeOf(path: string): SliceShape | null {
  try {
    return fileShape(path);
  } catch (error) {
    if (error instanceof ImageFault) return null;
    throw error;
  }
}

/** What the configuration must say so that slices of these sizes are taken: their own size where they have one and are square. */
export function settingsFor(
  sizes: readonly SliceSize[],
): { image_size: number; resize?: true } | { resize: 'pad' } | null {
  const [first] = sizes;
  if (first === undefined) return null;
  const { width: side } = first;
  if (sizes.some(({ width, height }) => width !== height) || side < 16 || side > 4096)
    return { resize: 'pad' };
  return sizes.length === 1 ? { image_size: side } : { image_size: side, resize: true };
}
