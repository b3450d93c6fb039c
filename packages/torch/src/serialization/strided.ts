/** A tensor's place in its storage, all counted in elements. */
export interface Geometry {
  offset: number;
  shape: readonly number[];
  stride: readonly number[];
}

export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((count, size) => count * size, 1);
}

/** Row-major strides as torch computes them: a dimension of size 0 counts as 1. */
export function contiguousStride(shape: readonly number[]): number[] {
  const stride: number[] = [];
  let step = 1;
  for (const size of shape.toReversed()) {
    stride.push(step);
    step *= Math.max(size, 1);
  }
  return stride.reverse();
}

/** One past the last storage element that a tensor touches. */
export function storageEnd({ offset, shape, stride }: Geometry): number {
  if (shape.includes(0)) return offset;
  return shape.reduce((end, size, axis) => end + (size - 1) * (stride[axis] ?? 0), offset) + 1;
}

/** Whether the elements lie one after another in C order; the stride of a dimension of size 1 says nothing. */
export function isContiguous({ shape, stride }: Geometry): boolean {
  if (shape.includes(0)) return true;
  const expected = contiguousStride(shape);
  return shape.every((size, axis) => size === 1 || stride[axis] === expected[axis]);
}

type Lanes = Uint8Array | Uint16Array | Uint32Array;

/** Integer lanes, because a copy through floats may change the bits of a NaN. */
function lanesOf(bytes: Uint8Array, width: number): Lanes {
  if (width === 1) return bytes;
  return width === 2
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
    : new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/**
 * Copies a strided tensor (transposed, sliced, expanded) into new contiguous memory.
 *
 * @param storage the whole storage, 4-byte aligned in its ArrayBuffer; the geometry must lie inside it.
 * @param itemBytes bytes of one element: 1, 2, 4, 8 or 16.
 */
export function gather(storage: Uint8Array, itemBytes: number, geometry: Geometry): Uint8Array {
  const { offset, shape, stride } = geometry;
  const result = new Uint8Array(elementCount(shape) * itemBytes);
  const width = Math.min(itemBytes, 4);
  const lanes = itemBytes / width;
  const source = lanesOf(storage, width);
  const target = lanesOf(result, width);
  let written = 0;

  function copy(axis: number, start: number): void {
    if (axis === shape.length) {
      for (let lane = 0; lane < lanes; lane++) target[written++] = source[start * lanes + lane] ?? 0;
      return;
    }
    const size = shape[axis] ?? 0;
    const step = stride[axis] ?? 0;
    for (let index = 0; index < size; index++) copy(axis + 1, start + index * step);
  }
  copy(0, offset);
  return result;
}
