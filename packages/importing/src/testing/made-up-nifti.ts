/** A NIfTI-1 file of whole numbers of 16 bits or floating-point numbers of 32, rows from left to right, voxels of 1 mm unless told otherwise. */
export function madeUpNifti({
  shape,
  values,
  steps = [1, 1, 1],
  origin = [0, 0, 0],
  isFloat = false,
}: {
  shape: readonly number[];
  values: (index: number) => number;
  /** Of x, y and z in NIfTI's system, in mm. */
  steps?: readonly [number, number, number];
  origin?: readonly [number, number, number];
  isFloat?: boolean;
}): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = new Uint8Array(352 + 4 * count);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  for (const [i, size] of [shape.length, ...shape].entries()) view.setInt16(40 + 2 * i, size, true);
  view.setInt16(70, isFloat ? 16 : 4, true);
  view.setInt16(72, isFloat ? 32 : 16, true);
  for (const [i, size] of [1, ...steps].entries()) view.setFloat32(76 + 4 * i, Math.abs(size), true);
  view.setFloat32(108, 352, true);
  view.setInt16(254, 1, true);
  steps.forEach((step, row) => {
    view.setFloat32(280 + 16 * row + 4 * row, step, true);
    view.setFloat32(280 + 16 * row + 12, origin[row] ?? 0, true);
  });
  Buffer.from('n+1').copy(bytes, 344);
  for (let i = 0; i < count; i++) {
    if (isFloat) view.setFloat32(352 + 4 * i, values(i), true);
    else view.setInt16(352 + 2 * i, values(i), true);
  }
  return bytes.subarray(0, 352 + (isFloat ? 4 : 2) * count);
}
