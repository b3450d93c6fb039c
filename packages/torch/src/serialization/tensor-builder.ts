import { type DTypeName, elementType } from './element-type.ts';
import { CheckpointError } from './errors.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { byteLength, StoredTensor } from './stored-tensor.ts';
import { elementCount, type Geometry, gather, isContiguous, storageEnd } from './strided.ts';

/** torch's own limit. */
const MOST_DIMENSIONS = 64;

/** The memory that tensors of a pickle are views of; its bytes come from elsewhere in the file. */
export class Storage {
  readonly key: string;
  readonly dtype: DTypeName;
  /** Number of elements. */
  readonly count: number;
  /** Absent during the first pass, which only finds out which storages there are. */
  bytes: Uint8Array | undefined;
  /** Whether `dtype` is only a placeholder, the tensor naming its own. */
  readonly untyped: boolean;

  constructor(key: string, dtype: DTypeName, count: number, untyped: boolean) {
    this.key = key;
    this.dtype = dtype;
    this.count = count;
    this.untyped = untyped;
  }

  get byteLength(): number {
    return this.count * elementType(this.dtype).bytes;
  }
}

/** Makes tensors from storages, checking that each lies inside its storage. */
export class TensorBuilder {
  readonly #file: string;
  readonly #budget: MemoryBudget;

  /** @param budget for copies of transposed, overlapping and expanded views. */
  constructor(file: string, budget: MemoryBudget) {
    this.#file = file;
    this.#budget = budget;
  }

  /** @param args storage, offset, size and stride as in torch's `_rebuild_tensor` functions, in elements. */
  build(args: readonly unknown[], dtype?: DTypeName, requiresGrad = false): StoredTensor {
    const [storage, offset, shape, stride] = args;
    if (!(storage instanceof Storage)) throw this.#invalid('has no storage');
    const [start] = this.#sizes([offset]);
    const geometry: Geometry = { offset: start ?? 0, shape: this.#sizes(shape), stride: this.#sizes(stride) };
    const element = dtype ?? storage.dtype;
    if (geometry.shape.length !== geometry.stride.length) {
      throw this.#invalid(`has ${geometry.shape.length} dimensions and ${geometry.stride.length} strides`);
    }
    const itemBytes = elementType(element).bytes;
    if (storageEnd(geometry) * itemBytes > storage.byteLength) {
      throw this.#invalid(`of shape [${geometry.shape}] reaches beyond its storage "${storage.key}"`);
    }
    if (storage.bytes === undefined)
      return new StoredTensor({ dtype: element, shape: [0], data: new Uint8Array() });
    const data = this.#data(storage.bytes, itemBytes, byteLength(element, geometry.shape), geometry);
    return new StoredTensor({ dtype: element, shape: geometry.shape, data, requiresGrad });
  }

  #data(storage: Uint8Array, itemBytes: number, bytes: number, geometry: Geometry): Uint8Array {
    if (isContiguous(geometry)) {
      const start = geometry.offset * itemBytes;
      return storage.subarray(start, start + elementCount(geometry.shape) * itemBytes);
    }
    this.#budget.take(bytes);
    return gather(storage, itemBytes, geometry);
  }

  #sizes(values: unknown): number[] {
    if (!Array.isArray(values)) throw this.#invalid('has no sizes or strides');
    if (values.length > MOST_DIMENSIONS) throw this.#invalid(`has ${values.length} dimensions`);
    return Array.from(values, (value: unknown) => {
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
      throw this.#invalid(`has ${JSON.stringify(String(value))} where a size, stride or offset must be`);
    });
  }

  #invalid(what: string): CheckpointError {
    return new CheckpointError(this.#file, `is damaged: a tensor ${what}`);
  }
}
