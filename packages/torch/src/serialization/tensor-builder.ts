import { type DTypeName, elementType } from './element-type.ts';
import { CheckpointError } from './errors.ts';
import { PyTuple } from './python-values.ts';
import { byteLength, StoredTensor } from './stored-tensor.ts';
import { elementCount, type Geometry, gather, isContiguous, storageEnd } from './strided.ts';

/** torch's own limit. */
const MOST_DIMENSIONS = 64;
/** What copies of overlapping and expanded views may take beyond what the file itself justifies. */
const COPY_ALLOWANCE = 1024 ** 3;

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
  #copyBudget: number;

  /** @param fileSize bytes of the whole file: a small file must not ask for large copies. */
  constructor(file: string, fileSize: number) {
    this.#file = file;
    this.#copyBudget = COPY_ALLOWANCE + 4 * fileSize;
  }

  /** @param args storage, offset, size and stride as in torch's `_rebuild_tensor` functions, in elements. */
  build(args: readonly unknown[], dtype?: DTypeName, requiresGrad = false): StoredTensor {
    const [storage, offset, shape, stride] = args;
    if (!(storage instanceof Storage)) throw this.#invalid('has no storage');
    const [start] = this.#sizes([offset]);
    const geometry: Geometry = { offset: start ?? 0, shape: this.#sizes(shape), stride: this.#sizes(stride) };
    const element = dtype ?? storage.dtype;
    if (geometry.shape.length !== geometry.stride.length || geometry.shape.length > MOST_DIMENSIONS) {
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
    this.#copyBudget -= bytes;
    if (this.#copyBudget < 0) {
      throw this.#invalid(
        `of shape [${geometry.shape}] is a view that repeats its elements, and with the ones before it needs ` +
          'far more memory than the file has. Save .clone() of such tensors',
      );
    }
    return gather(storage, itemBytes, geometry);
  }

  #sizes(values: unknown): number[] {
    const list =
      values instanceof PyTuple || Array.isArray(values) ? Array.from<unknown>(values) : [undefined];
    return list.map((value) => {
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
      throw this.#invalid(`has ${JSON.stringify(String(value))} where a size, stride or offset must be`);
    });
  }

  #invalid(what: string): CheckpointError {
    return new CheckpointError(this.#file, `is damaged: a tensor ${what}`);
  }
}
