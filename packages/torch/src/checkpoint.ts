import { fromBytes } from './create.ts';
import { dtypeInfo, isDType } from './dtype.ts';
import { tidy } from './scope.ts';
import {
  OrderedDict,
  PyOpaque,
  PyTuple,
  readCheckpoint,
  StoredTensor,
  writeSafetensors,
  writeTorchFile,
} from './serialization/index.ts';
import type { SharedMemory } from './shared-memory.ts';
import { Tensor } from './tensor.ts';

/**
 * Checkpoints with the engine's tensors in them. The file formats know no engine; here their stored tensors
 * become tensors and back, bit for bit, and nothing else changes.
 */

/**
 * A copy of `value` in which every tensor is its bytes, taken now: training may go on while they are written.
 *
 * Walks Maps (dicts), arrays, tuples and plain objects. Like torch's own `state_dict()` it stores values, not
 * parameters: nothing in the result requires a gradient. One tensor in several places stays one. CUDA tensors
 * are copied to the CPU.
 *
 * @param memory where the bytes go; without it, into new memory.
 */
export function toStored(value: unknown, memory?: SharedMemory): unknown {
  return replace(value, (item) => (item instanceof Tensor ? store(item, memory) : undefined));
}

function store(tensor: Tensor, memory?: SharedMemory): StoredTensor {
  const { dtype, shape, numel } = tensor;
  const bytes = numel * dtypeInfo(dtype).bytes;
  const data = memory?.take(bytes) ?? new Uint8Array(bytes);
  tensor.copyTo(data);
  return new StoredTensor({ dtype, shape, data });
}

/**
 * The opposite of {@link toStored}: a copy of `value` with tensors on the CPU, none of which requires a
 * gradient. Stored tensors that are the same piece of one storage become one tensor.
 *
 * @throws RangeError for an element type that the engine does not compute with.
 */
export function fromStored(value: unknown): unknown {
  const made = new Map<ArrayBufferLike, Map<string, Tensor>>();
  return tidy(() =>
    replace(value, (item) => {
      if (!(item instanceof StoredTensor)) return undefined;
      const { data } = item;
      const pieces = made.get(data.buffer) ?? new Map<string, Tensor>();
      made.set(data.buffer, pieces);
      const key = `${data.byteOffset} ${item.dtype} ${item.shape}`;
      const tensor = pieces.get(key) ?? restore(item);
      pieces.set(key, tensor);
      return tensor;
    }),
  );
}

function restore({ dtype, shape, data }: StoredTensor): Tensor {
  if (!isDType(dtype)) {
    throw new RangeError(
      `a ${dtype} tensor of shape [${shape}] cannot be used here: convert it in Python, for example to float32`,
    );
  }
  return fromBytes(data, shape, dtype);
}

function emptyLike(dict: Map<unknown, unknown>): Map<unknown, unknown> {
  if (dict instanceof PyOpaque) return new PyOpaque(dict.className);
  return dict instanceof OrderedDict ? new OrderedDict() : new Map();
}

/** A copy of nested containers with some leaves replaced; containers held in several places stay one. */
function replace(value: unknown, leaf: (value: object) => object | undefined): unknown {
  const done = new Map<object, unknown>();

  function container(item: object): unknown {
    if (item instanceof Map) {
      const copy = emptyLike(item);
      done.set(item, copy);
      for (const [key, entry] of item) copy.set(key, visit(entry));
      return copy;
    }
    if (Array.isArray(item)) {
      const copy: unknown[] = item instanceof PyTuple ? new PyTuple() : [];
      done.set(item, copy);
      for (const entry of item) copy.push(visit(entry));
      return copy;
    }
    if (Object.getPrototypeOf(item) !== Object.prototype) return item;
    const copy: Record<string, unknown> = {};
    done.set(item, copy);
    for (const [key, entry] of Object.entries(item)) copy[key] = visit(entry);
    return copy;
  }

  function visit(item: unknown): unknown {
    if (typeof item !== 'object' || item === null) return item;
    const known = done.get(item);
    if (known !== undefined) return known;
    const result = leaf(item) ?? container(item);
    done.set(item, result);
    return result;
  }

  return visit(value);
}

/**
 * Writes what `torch.load` reads: module, optimizer and scheduler state dicts, generator states, settings, nested
 * as you like. All tensors are copied before this returns its promise. The file appears whole or not at all.
 *
 * @throws TypeError for values that a checkpoint cannot hold.
 */
export async function saveCheckpoint(path: string, value: unknown): Promise<void> {
  await writeTorchFile(path, toStored(value));
}

/**
 * Reads what {@link saveCheckpoint} or `torch.save` wrote, or a safetensors file: dicts are Maps. Only tensors,
 * containers and plain values are built; objects of any other class are skipped unbuilt, each a `PyOpaque`.
 *
 * @throws CheckpointError when the file is missing, damaged or refused.
 * @throws RangeError for tensors of an element type that the engine does not compute with.
 */
export async function loadCheckpoint(path: string): Promise<unknown> {
  const { value } = await readCheckpoint(path);
  return fromStored(value);
}

/** Writes named tensors as a safetensors file; copies, atomicity and errors as for {@link saveCheckpoint}. */
export async function saveSafetensors(path: string, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  await writeSafetensors(path, new Map(Array.from(tensors, ([name, tensor]) => [name, store(tensor)])));
}
