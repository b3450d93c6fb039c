import { PyOpaque, StoredTensor } from '@radweave/torch';
import { WeightsError } from './weights-error.ts';

/** Keys under which training programs store the state dict, in the order in which they are looked for. */
const WRAPPERS = ['model_state_dict', 'state_dict', 'model', 'net'] as const;
/** Names that wrapping a model puts before all names: DataParallel, torch.compile, and common training programs. */
const PREFIXES = /^((module|_orig_mod|model|backbone|net)\.)+/;

/**
 * The state dict in what a checkpoint file holds: taken out of its wrapper, names without the wrapping modules'
 * prefixes. Checkpoints from before BatchNorm counted batches get counts of 0, as in torch.
 *
 * @param file named in errors.
 * @throws WeightsError when there is none.
 */
export function stateDictOf(checkpoint: unknown, file: string): Map<string, StoredTensor> {
  let value = checkpoint;
  for (let wrapper = wrapperOf(value); wrapper !== undefined; wrapper = wrapperOf(value)) value = wrapper;
  if (!(value instanceof Map) || value.size === 0) throw notOne(file, `holds ${kind(value)}`);
  const state = new Map<string, StoredTensor>();
  for (const [key, entry] of value) {
    if (!(entry instanceof StoredTensor))
      throw notOne(file, `has ${kind(entry)} under ${JSON.stringify(String(key))}`);
    const name = String(key).replace(PREFIXES, '');
    if (state.has(name)) throw notOne(file, `has two tensors that would be ${name} without their prefixes`);
    state.set(name, entry);
  }
  addCounts(state);
  return state;
}

function wrapperOf(value: unknown): unknown {
  if (!(value instanceof Map)) return undefined;
  return WRAPPERS.map((key) => value.get(key)).find((inner) => inner instanceof Map && inner.size > 0);
}

function addCounts(state: Map<string, StoredTensor>): void {
  const names = [...state.keys()];
  if (names.some((name) => name.endsWith('.num_batches_tracked'))) return;
  for (const name of names) {
    if (!name.endsWith('.running_mean')) continue;
    state.set(name.replace(/running_mean$/, 'num_batches_tracked'), zeroCount());
  }
}

function zeroCount(): StoredTensor {
  return new StoredTensor({ dtype: 'int64', shape: [], data: new Uint8Array(8) });
}

function notOne(file: string, problem: string): WeightsError {
  return new WeightsError(
    'unreadable',
    `${file}: ${problem}, where a state dict (names and tensors, alone or under ${WRAPPERS.join(', ')}) is needed. ` +
      'Save it in Python with torch.save(model.state_dict(), path)',
  );
}

function kind(value: unknown): string {
  if (value instanceof PyOpaque && value.size === 0) {
    return `an object of the Python class ${value.className}, which is not built here because that could run code`;
  }
  if (value instanceof Map)
    return value.size === 0 ? 'an empty dict' : `a dict with ${[...value.keys()].slice(0, 5).join(', ')}`;
  if (Array.isArray(value)) return 'a list';
  return value instanceof StoredTensor ? 'a single tensor' : value === null ? 'None' : `a ${typeof value}`;
}
