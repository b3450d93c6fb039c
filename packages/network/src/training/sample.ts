import { encodePng, grayImage, montage } from '@radweave/imaging';
import type { SliceSet } from '../slices/slice-pixels.ts';

/** A few training slices side by side, so that a look at TensorBoard shows what is being learned from. */
export function sampleOf({ table, pixels }: SliceSet): { png: Uint8Array; width: number; height: number } {
  const count = Math.min(16, table.length);
  const positions = Array.from({ length: count }, (_, i) => Math.floor((i * table.length) / count));
  const size = pixels.width * pixels.height;
  const all = pixels.read(positions);
  const images = positions.map((_, i) =>
    grayImage(pixels.width, pixels.height, all.subarray(i * size, (i + 1) * size)),
  );
  const sheet = montage(images, 4);
  return { png: encodePng(sheet), width: sheet.width, height: sheet.height };
}
