import { type DTypeName, elementType } from './element-type.ts';

/** What a {@link StoredTensor} is made from. */
export interface StoredTensorInit {
  dtype: DTypeName;
  shape: readonly number[];
  /** Little endian, contiguous, C order. Not copied. */
  data: Uint8Array;
  requiresGrad?: boolean;
  isParameter?: boolean;
}

/**
 * A tensor as it lies in a file: plain bytes, no engine. Tensors whose `data` overlap in one ArrayBuffer share
 * their memory, and are written as one shared storage.
 *
 * @throws RangeError when the shape is not made of whole numbers or `data` has another length than it implies.
 */
export class StoredTensor {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  requiresGrad: boolean;
  /** Whether Python held it as `nn.Parameter`. */
  readonly isParameter: boolean;

  constructor({ dtype, shape, data, requiresGrad = false, isParameter = false }: StoredTensorInit) {
    const bytes = byteLength(dtype, shape);
    if (data.byteLength !== bytes) {
      throw new RangeError(
        `a ${dtype} tensor of shape [${shape}] takes ${bytes} bytes, but was given ${data.byteLength}`,
      );
    }
    if (requiresGrad && !elementType(dtype).differentiable) {
      throw new RangeError(`a ${dtype} tensor cannot require a gradient: only floating and complex ones can`);
    }
    this.dtype = dtype;
    this.shape = [...shape];
    this.data = data;
    this.requiresGrad = requiresGrad;
    this.isParameter = isParameter;
  }
}

/**
 * Bytes of a contiguous tensor.
 *
 * @throws RangeError when a dimension is not a whole number or the size is beyond what JavaScript counts exactly.
 */
export function byteLength(dtype: DTypeName, shape: readonly number[]): number {
  let bytes = elementType(dtype).bytes;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new RangeError(`the shape [${shape}] has a dimension that is not a whole number`);
    }
    bytes *= size;
  }
  // A zero after an overflow would hide it: [2^60, 2^60, 0] is still an empty tensor.
  if (shape.includes(0)) return 0;
  if (!Number.isSafeInteger(bytes)) throw new RangeError(`the shape [${shape}] is too large`);
  return bytes;
}
