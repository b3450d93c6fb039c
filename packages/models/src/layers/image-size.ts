import type { Tensor } from '@radweave/torch';

type Size = readonly [number, number];

/** Patches along height and width. @throws RangeError when a side is not a multiple of the patch. */
export function patchGrid(model: string, size: Size, patch: number): [number, number] {
  if (size.some((side) => side % patch !== 0)) {
    throw new RangeError(
      `${model} needs slices whose sides are multiples of ${patch}, not ${size[0]}×${size[1]}`,
    );
  }
  return [size[0] / patch, size[1] / patch];
}

/** @throws RangeError when slices [N, C, H, W] are not of the size that the model was made for. */
export function requireImageSize(model: string, [height, width]: Size, x: Tensor): void {
  if (x.ndim === 4 && (x.size(2) !== height || x.size(3) !== width)) {
    throw new RangeError(
      `this ${model} model was made for ${height}×${width} slices, got ${x.size(2)}×${x.size(3)}: ` +
        'give createModel the imageSize of the slices, or resize them',
    );
  }
}
