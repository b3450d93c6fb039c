import { elementType } from './element-type.ts';
import type { StoragePlace } from './python-calls.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** Memory that becomes one storage record. */
export interface PlannedStorage {
  key: string;
  data: Uint8Array;
}

/** Which records to write, and where in them each tensor lies. */
export interface StoragePlan {
  storages: PlannedStorage[];
  places: Map<StoredTensor, StoragePlace>;
}

interface Run {
  buffer: ArrayBufferLike;
  start: number;
  end: number;
  tensors: StoredTensor[];
}

/**
 * Tensors whose bytes overlap become views of one storage, so that tied weights are written once and stay tied;
 * all others get a storage of their own, so that a small view never drags a large buffer into the file.
 *
 * @param tensors in the order of writing, which numbers the storages.
 */
export function planStorages(tensors: readonly StoredTensor[]): StoragePlan {
  const runOf = new Map<StoredTensor, Run>();
  for (const group of groupByMemory(tensors)) {
    let run: Run | undefined;
    for (const tensor of group) {
      const { buffer, byteOffset: start, byteLength } = tensor.data;
      const whole = run !== undefined && (start - run.start) % elementType(tensor.dtype).bytes === 0;
      if (run === undefined || start >= run.end || !whole) run = { buffer, start, end: start, tensors: [] };
      run.end = Math.max(run.end, start + byteLength);
      run.tensors.push(tensor);
      runOf.set(tensor, run);
    }
  }

  const keys = new Map<Run, string>();
  const plan: StoragePlan = { storages: [], places: new Map() };
  for (const tensor of tensors) {
    const run = runOf.get(tensor);
    if (run === undefined) continue;
    const key = keys.get(run) ?? String(keys.size);
    if (!keys.has(run)) {
      keys.set(run, key);
      plan.storages.push({ key, data: new Uint8Array(run.buffer, run.start, run.end - run.start) });
    }
    const { bytes } = elementType(tensor.dtype);
    const offset = (tensor.data.byteOffset - run.start) / bytes;
    plan.places.set(tensor, { key, count: (run.end - run.start) / bytes, offset });
  }
  return plan;
}

/** Tensors of one ArrayBuffer and type, by position. A torch storage has one type. */
function groupByMemory(tensors: readonly StoredTensor[]): StoredTensor[][] {
  const groups = new Map<ArrayBufferLike, Map<string, Set<StoredTensor>>>();
  for (const tensor of tensors) {
    const byType = groups.get(tensor.data.buffer) ?? new Map<string, Set<StoredTensor>>();
    const group = byType.get(tensor.dtype) ?? new Set<StoredTensor>();
    groups.set(tensor.data.buffer, byType.set(tensor.dtype, group.add(tensor)));
  }
  return [...groups.values()]
    .flatMap((byType) => [...byType.values()])
    .map((group) => [...group].sort((a, b) => a.data.byteOffset - b.data.byteOffset));
}
