/** What is read: features are floats. `float16` is widened to float32. */
export type NpyData = Float32Array | Float64Array;

/** An array in C order. */
export interface NpyArray<Data extends NpyData = NpyData> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** numpy's description of the elements and their order. */
export interface NpyHeader {
  /** Byte order, kind and size: `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** Number of elements of a shape (1 for a scalar). */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
