import { CheckpointError } from './errors.ts';
import { PyComplex, PyOpaque, TorchDevice, TorchDType } from './python-values.ts';
import { StoredTensor } from './stored-tensor.ts';

const DEEPEST = 200;
/** Values counted as often as they are reached, so that lists of lists of the same list are not a bomb. */
const MOST_VALUES = 50_000_000;

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

/** Items of a container, keys of dicts among them; undefined for anything else. */
function children(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  return value instanceof Map ? [...value].flat() : undefined;
}

/**
 * Makes sure that a value from a pickle can be walked by simple recursion: it is a plain value, a tensor or a container,
 * does not contain itself, and is neither too deep nor, once unfolded, too large.
 *
 * @returns the names of the classes of objects that were not built.
 * @throws CheckpointError that says which of these is broken.
 */
export function checkValue(file: string, root: unknown): string[] {
  const skipped = new Set<string>();
  const sizes = new Map<unknown, number>();
  const open = new Set<unknown>();

  function visit(value: unknown): number {
    if (isLeaf(value)) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) throw new CheckpointError(file, 'holds a container that contains itself');
    if (open.size >= DEEPEST) throw new CheckpointError(file, `is nested deeper than ${DEEPEST} levels`);
    const items = children(value);
    if (value instanceof PyOpaque) skipped.add(value.className);
    // Within a container a class, a bare storage or a numpy dtype is one more thing that need not be understood.
    if (items === undefined && open.size > 0) return 1;
    if (items === undefined) {
      throw new CheckpointError(
        file,
        'holds a class, a bare storage or a numpy dtype as a value; save tensors',
      );
    }
    open.add(value);
    let size = 1;
    for (const item of items) size += visit(item);
    open.delete(value);
    if (size > MOST_VALUES) throw new CheckpointError(file, `unfolds to more than ${MOST_VALUES} values`);
    sizes.set(value, size);
    return size;
  }
  visit(root);
  return [...skipped];
}
