import { FileFault } from '../files/fault.ts';

/** Three rows of four: from indices of columns, rows and slices to places in mm. */
export type Affine = readonly number[];

export type Matrix = readonly [
  readonly [number, number, number],
  readonly [number, number, number],
  readonly [number, number, number],
];

/** The affine of a quaternion, an offset and sizes of voxels (nifti1.h, method 2). @throws FileFault for no rotation. */
export function qformAffine(
  [b = 0, c = 0, d = 0, x = 0, y = 0, z = 0]: readonly number[],
  sizes: readonly number[],
): Affine {
  const rest = 1 - (b * b + c * c + d * d);
  // What single precision leaves of a half turn is nothing.
  if (!(rest >= -1e-5)) throw new FileFault('the quaternion of the orientation is not a rotation');
  const a = Math.sqrt(Math.max(0, rest));
  const [sign = 1, width = 1, height = 1, depth = 1] = sizes;
  const [i, j, k] = [Math.abs(width), Math.abs(height), Math.abs(depth) * (sign < 0 ? -1 : 1)];
  return [
    i * (a * a + b * b - c * c - d * d), j * 2 * (b * c - a * d), k * 2 * (b * d + a * c), x,
    i * 2 * (b * c + a * d), j * (a * a + c * c - b * b - d * d), k * 2 * (c * d - a * b), y,
    i * 2 * (b * d - a * c), j * 2 * (c * d + a * b), k * (a * a + d * d - c * c - b * b), z,
  ]; // biome-ignore format: rows of a matrix
}

/** Where nothing says how a volume lies. */
export function baseAffine(shape: readonly number[], sizes: readonly number[]): Affine {
  const [, width = 1, height = 1, depth = 1] = sizes;
  const steps = [-Math.abs(width), Math.abs(height), Math.abs(depth)];
  return steps.flatMap((step, row) => [
    ...steps.map((_, column) => (column === row ? step : 0)),
    (-step * ((shape[row] ?? 1) - 1)) / 2,
  ]);
}

/** Another unit of lengths, and DICOM's axes for NIfTI's. */
export function scaledAffine(affine: Affine, factor: number): Affine {
  return affine.map((one, i) => one * (i < 8 ? -factor : factor));
}

/** How far two affines place a corner of a volume apart, at most. */
export function mostApart(a: Affine, b: Affine, shape: readonly number[]): number {
  const corners = Array.from({ length: 8 }, (_, corner) =>
    [0, 1, 2].map((axis) => ((corner >> axis) & 1) * ((shape[axis] ?? 1) - 1)),
  );
  const along = (affine: Affine, row: number, corner: readonly number[]): number =>
    corner.reduce((sum, at, axis) => sum + at * (affine[4 * row + axis] ?? 0), affine[4 * row + 3] ?? 0);
  const apart = corners.map((corner) =>
    Math.hypot(...[0, 1, 2].map((row) => along(a, row, corner) - along(b, row, corner))),
  );
  return Math.max(...apart);
}

/**
 * Which axis of a volume runs along which of the patient, and in which direction: nibabel's `io_orientation`, by the rotation
 * that is nearest to the affine.
 *
 * @returns for x, y and z of the affine the axis of the volume, and 1 or -1.
 * @throws FileFault where the volume is flat or the affine holds no numbers.
 */
export function orientationOf(affine: Affine): { axis: number; sign: 1 | -1 }[] {
  const columns = [0, 1, 2].map((axis) => [0, 1, 2].map((row) => affine[4 * row + axis] ?? 0));
  const unit = columns.map((column) => column.map((one) => one / Math.hypot(...column)));
  const rotation = nearestRotation(unit as unknown as Matrix);
  const strength = (axis: number): number => Math.max(...(rotation[axis] as readonly number[]).map(Math.abs));
  const free = new Set([0, 1, 2]);
  const found: { axis: number; sign: 1 | -1 }[] = [];
  for (const axis of [0, 1, 2].sort((a, b) => strength(b) - strength(a))) {
    const column = rotation[axis] as readonly number[];
    const place = [...free].reduce((best, one) =>
      Math.abs(column[one] as number) > Math.abs(column[best] as number) ? one : best,
    );
    free.delete(place);
    found[place] = { axis, sign: (column[place] as number) < 0 ? -1 : 1 };
  }
  return found;
}

/** The orthogonal factor of the polar decomposition, by Newton's iteration (Higham 1986). */
function nearestRotation(start: Matrix): Matrix {
  let matrix = start;
  for (let i = 0; i < 50; i++) {
    const inverse = inverseTransposed(matrix);
    const next = matrix.map((row, r) => row.map((one, c) => (one + (inverse[r]?.[c] as number)) / 2));
    const change = Math.max(
      ...next.flatMap((row, r) => row.map((one, c) => Math.abs(one - (matrix[r]?.[c] as number)))),
    );
    matrix = next as unknown as Matrix;
    if (change < 1e-12) break;
  }
  return matrix;
}

function inverseTransposed([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const minors: Matrix = [
    [e * i - f * h, f * g - d * i, d * h - e * g],
    [c * h - b * i, a * i - c * g, b * g - a * h],
    [b * f - c * e, c * d - a * f, a * e - b * d],
  ];
  const determinant = a * minors[0][0] + b * minors[0][1] + c * minors[0][2];
  if (!(Math.abs(determinant) > 1e-9))
    throw new FileFault('the orientation of the volume is not valid: two of its axes are the same');
  return minors.map((row) => row.map((one) => one / determinant)) as unknown as Matrix;
}
