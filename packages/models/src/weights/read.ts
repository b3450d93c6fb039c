import {
  type Checkpoint,
  CheckpointError,
  fromStored,
  readCheckpoint,
  type StoredTensor,
  Tensor,
} from '@radweave/torch';
import { stateDictOf } from './state-dict.ts';
import { WeightsError } from './weights-error.ts';

/**
 * Reads a state dict from a `.pth` (either of torch's formats) or `.safetensors` file: bare, or as a training program
 * stored it. Names keep their naming (timm's, torchvision's), see `applyWeights`.
 *
 * @param onSkipped gets the names of the Python classes in the file whose objects were passed over.
 * @returns tensors on the CPU, which belong to the caller.
 * @throws WeightsError when the file is missing, damaged, or holds no state dict.
 */
export async function readWeights(
  file: string,
  onSkipped: (classes: readonly string[]) => void = () => undefined,
): Promise<Map<string, Tensor>> {
  const { value, skipped } = await read(file);
  const stored = stateDictOf(value, file);
  onSkipped(skipped);
  // Only the weights become tensors: an optimizer's state in the same file may be twice their size.
  return new Map(Array.from(stored, ([name, value]) => [name, toTensor(file, name, value)]));
}

async function read(file: string): Promise<Checkpoint> {
  try {
    return await readCheckpoint(file);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new WeightsError('unreadable', error.message, { cause: error });
  }
}

function toTensor(file: string, name: string, stored: StoredTensor): Tensor {
  try {
    const value = fromStored(stored);
    if (value instanceof Tensor) return value;
    throw new TypeError('a stored tensor becomes a tensor');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WeightsError('unreadable', `${file}: ${name}: ${error.message}`, { cause: error });
  }
}
