import { CheckpointError } from './errors.ts';
import { MemoryBudget } from './memory-budget.ts';
import { PyComplex, PyOpaque, TorchDevice, TorchDType } from './python-values.ts';
import { StoredTensor } from './stored-tensor.ts';

const DEEPEST = 200;
/** A reference in a container; numbers and short texts are hardly more. */
const REFERENCE_BYTES = 8;

function isLeaf(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return value !== undefined && typeof value !== 'function';
  return (
    value instanceof StoredTensor ||
    value instanceof Uint8Array ||
    value instanceof PyComplex ||
    value instanceof TorchDType ||
    value instanceof TorchDevice
  );
}

/** Bytes that a copy of a value takes which has no items. */
function leafBytes(value: unknown): number {
  if (typeof value === 'string') return REFERENCE_BYTES + value.length;
  const bytes = value instanceof StoredTensor ? value.data : value;
  return REFERENCE_BYTES + (bytes instanceof Uint8Array ? bytes.byteLength : 0);
}

/** Items of a container, keys of dicts among them; undefined for anything else. */
function children(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  return value instanceof Map ? [...value].flat() : undefined;
}

/**
 * Makes sure that a value from a pickle can be walked and copied by simple recursion: it is a plain value, a tensor or a
 * container, does not contain itself, is not too deep and, with everything counted as often as it is reached, not too large.
 *
 * @returns the names of the classes of objects that were not built.
 * @throws CheckpointError that says which of these is broken.
 */
export function checkValue(file: string, fileSize: number, root: unknown): string[] {
  const skipped = new Set<string>();
  const sizes = new Map<unknown, number>();
  const open = new Set<unknown>();

  function visit(value: unknown): number {
    if (isLeaf(value)) return leafBytes(value);
    const known = sizes.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) throw new CheckpointError(file, 'holds a container that contains itself');
    if (open.size >= DEEPEST) throw new CheckpointError(file, `is nested deeper than ${DEEPEST} levels`);
    const items = children(value);
    if (value instanceof PyOpaque) skipped.add(value.className);
    // Within a container a class, a bare storage or a numpy dtype is one more thing that need not be understood.
    if (items === undefined && open.size > 0) return REFERENCE_BYTES;
    if (items === undefined) {
      throw new CheckpointError(
        file,
        'holds a class, a bare storage or a numpy dtype as a value; save tensors',
      );
    }
    open.add(value);
    let size = REFERENCE_BYTES;
    for (const item of items) size += visit(item);
    open.delete(value);
    sizes.set(value, size);
    return size;
  }
  new MemoryBudget(file, fileSize).take(visit(root));
  return [...skipped];
}
