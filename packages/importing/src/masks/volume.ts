import { FileFault } from '../files/fault.ts';
import { cutsOf } from '../nifti/cuts.ts';
import { openNifti, sliceOf } from '../nifti/open.ts';
import type { Stack } from '../series/stack.ts';
import type { MaskFrame } from './place.ts';

/** Slices of a NIfTI mask: every number but 0, or the labels whose numbers a pattern names. @throws FileFault when it cannot be read. */
export function volumeFrames(stack: Stack, name: string | null): MaskFrame[] {
  const [image] = stack.images;
  if (image?.source.kind !== 'nifti') throw new FileFault('the mask is not a NIfTI volume');
  const { plane, volume } = image.source;
  const file = openNifti(image.path);
  const cuts = cutsOf(file.header, plane);
  const pattern = name === null ? null : new RegExp(`^(${name})$`);
  const isLesion = (value: number): boolean =>
    value !== 0 && !Number.isNaN(value) && (pattern === null || pattern.test(String(value)));
  return stack.slices.map(({ frame }) => ({
    frame,
    rows: cuts.rows,
    columns: cuts.columns,
    read: () =>
      Uint8Array.from(sliceOf(file, cuts, { volume, index: frame.index }), (value) =>
        isLesion(value) ? 1 : 0,
      ),
  }));
}
