import { orientationOf } from './affine.ts';
import type { NiftiHeader } from './header.ts';

export const PLANES = ['axial', 'coronal', 'sagittal'] as const;
export type CutPlane = (typeof PLANES)[number];

type Vector = readonly [x: number, y: number, z: number];

/** How a volume is cut into slices. Steps count voxels as they are stored. */
export interface Cuts {
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  /** The voxel of the first pixel of the first slice. */
  readonly start: number;
  readonly alongRow: number;
  readonly alongColumn: number;
  readonly toNext: number;
  /** Of the first pixel of the first slice, in mm, in DICOM's system. */
  readonly origin: Vector;
  /** From pixel to pixel along a row and along a column, and from slice to slice, in mm. */
  readonly steps: readonly [Vector, Vector, Vector];
}

/**
 * Axes of the patient (0 from right to left, 1 from front to back, 2 from the feet to the head) along rows, along columns and
 * through the slices, as radiologists hang images; -1 goes the other way.
 */
const HANGING: Readonly<Record<CutPlane, readonly (readonly [place: 0 | 1 | 2, way: 1 | -1])[]>> = {
  axial: [[0, 1], [1, 1], [2, 1]],
  coronal: [[0, 1], [2, -1], [1, 1]],
  sagittal: [[1, 1], [2, -1], [0, 1]],
}; // biome-ignore format: one plane on a line

/** Cuts a volume along the axes of its own that are nearest to the patient's: no voxel is computed anew. @throws FileFault as `orientationOf`. */
export function cutsOf({ affine, shape }: NiftiHeader, plane: CutPlane): Cuts {
  const orientation = orientationOf(affine);
  const strides = [1, shape[0], shape[0] * shape[1]];
  const along = HANGING[plane].map(([place, way]) => {
    const { axis, sign } = orientation[place] as { axis: number; sign: 1 | -1 };
    const direction = sign * way;
    const count = shape[axis] as number;
    const first = direction > 0 ? 0 : count - 1;
    const step = [0, 1, 2].map((row) => direction * (affine[4 * row + axis] as number)) as unknown as Vector;
    return { axis, count, first, direction, step, stride: direction * (strides[axis] as number) };
  });
  const [row, column, through] = along as [(typeof along)[0], (typeof along)[0], (typeof along)[0]];
  const origin = [0, 1, 2].map((i) =>
    along.reduce(
      (sum, { axis, first }) => sum + first * (affine[4 * i + axis] as number),
      affine[4 * i + 3] as number,
    ),
  ) as unknown as Vector;
  return {
    columns: row.count,
    rows: column.count,
    slices: through.count,
    start: along.reduce((sum, { axis, first }) => sum + first * (strides[axis] as number), 0),
    alongRow: row.stride,
    alongColumn: column.stride,
    toNext: through.stride,
    origin,
    steps: [row.step, column.step, through.step],
  };
}
