import { CheckpointError, UnsafePickleError } from './errors.ts';
import { StorageClass } from './globals.ts';
import { MemoryBudget } from './memory-budget.ts';
import { PyOpaque, PyTuple } from './python-values.ts';
import { Storage, TensorBuilder } from './tensor-builder.ts';
import { type Unpickled, unpickle } from './unpickler.ts';
import { checkValue } from './value-check.ts';

/** What a file holds, and the names of the classes whose objects were skipped unbuilt. */
export interface TorchValue {
  value: unknown;
  skipped: string[];
}

/**
 * The storages that a pickle names. Reading takes two passes: the first finds the storages, then the caller
 * fills their bytes from the file, then the second makes the tensors as views of them.
 */
export class StorageTable {
  readonly storages: Map<string, Storage> = new Map();
  readonly #file: string;
  readonly #fileSize: number;

  constructor(file: string, fileSize: number) {
    this.#file = file;
    this.#fileSize = fileSize;
  }

  /** First pass: collects the storages; the tensors of its value are placeholders. */
  scan(pickle: Uint8Array, position = 0): Unpickled {
    const budget = new MemoryBudget(this.#file, this.#fileSize);
    return unpickle(pickle, position, {
      file: this.#file,
      budget,
      tensors: new TensorBuilder(this.#file, budget),
      persistentLoad: (id) => this.#load(id),
    });
  }

  /**
   * Second pass, when every storage has its bytes: the value itself, checked to be safe to walk.
   *
   * @throws UnsafePickleError when all of it is an object that is not built.
   */
  build(pickle: Uint8Array, position = 0): TorchValue {
    const { value } = this.scan(pickle, position);
    if (value instanceof PyOpaque && value.size === 0)
      throw new UnsafePickleError(this.#file, value.className);
    return { value, skipped: checkValue(this.#file, this.#fileSize, value) };
  }

  /** Resolves `('storage', class, key, location, count[, view])`; the device it was saved from is of no use here. */
  #load(id: unknown): Storage | PyOpaque {
    // Of old whole models: ('module', class, path and text of its source).
    if (id instanceof PyTuple && id[1] instanceof PyOpaque) return id[1];
    if (!(id instanceof PyTuple) || id[0] !== 'storage' || !(id[1] instanceof StorageClass)) {
      throw this.#damaged('a storage is named in an unknown way');
    }
    const [, { dtype, untyped }, key, , count, view] = id;
    if (typeof key !== 'string' || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
      throw this.#damaged('a storage has no key or size');
    }
    const known = this.storages.get(key);
    if (known !== undefined && (known.dtype !== dtype || known.count !== count)) {
      throw this.#damaged(`storage "${key}" is used with two types or sizes`);
    }
    const storage = known ?? new Storage(key, dtype, count, untyped);
    this.storages.set(key, storage);
    return view === undefined || view === null ? storage : this.#view(storage, view);
  }

  /** The part of a storage that the legacy format calls a view: `(key, offset, count)`. */
  #view(base: Storage, view: unknown): Storage {
    const [key, offset, count] = view instanceof PyTuple ? view : [];
    const fits =
      typeof key === 'string' &&
      typeof offset === 'number' &&
      typeof count === 'number' &&
      offset >= 0 &&
      count >= 0 &&
      offset + count <= base.count;
    if (!fits) throw this.#damaged(`a view reaches beyond storage "${base.key}"`);
    const part = new Storage(key, base.dtype, count, base.untyped);
    const itemBytes = base.count === 0 ? 0 : base.byteLength / base.count;
    part.bytes = base.bytes?.subarray(offset * itemBytes, (offset + count) * itemBytes);
    return part;
  }

  #damaged(what: string): CheckpointError {
    return new CheckpointError(this.#file, `is damaged: ${what}`);
  }
}
