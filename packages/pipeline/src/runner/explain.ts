import { totalmem } from 'node:os';
import { DataError, explainFileError, ResourceError } from '@radweave/artifacts';
import { explainGpuError } from '@radweave/network/compute/gpu-errors';

/** What libtorch's allocators and Node.js say when there is no memory. A GPU's memory is another matter. */
const NO_MEMORY =
  /^(?!.*(CUDA|HIP|MPS)).*(out of memory|can't allocate memory|cannot allocate memory|bad_alloc|(Array buffer|memory) allocation failed)/is;

/** What libtorch says of a number that its element type cannot hold, such as a learning rate of 1e38. */
const TOO_LARGE = /value cannot be converted to type .* without overflow/;

/**
 * The last net under every stage: conditions of the user's machine that come from below as plain errors become errors
 * with a remedy. What comes back unchanged is a bug.
 */
export function explainError(error: unknown): unknown {
  if (!(error instanceof Error) || 'exitCode' in error) return error;
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new ResourceError('E_NO_MEMORY', 'Node.js may take no more memory for its own objects', {
      hint: 'Raise its limit, in MB: NODE_OPTIONS=--max-old-space-size=8192, or look at fewer patients at a time',
      cause: error,
    });
  }
  if (NO_MEMORY.test(error.message)) {
    return new ResourceError('E_NO_MEMORY', `there is not enough memory for this${allowed()}`, {
      hint: 'Use a smaller batch (--batch_size), a smaller model, or smaller images (--set data.image_size=N, and preprocess again); or close other programs, or ask the queue or the container for more memory (--mem, --memory)',
      cause: error,
    });
  }
  if (TOO_LARGE.test(error.message)) {
    return new DataError('E_NUMBER_RANGE', 'a setting is so large that numbers overflow in the computation', {
      hint: 'Lower --learning_rate, training.weight_decay, or another setting that is unusually large',
      cause: error,
    });
  }
  return explainGpuError(error) ?? explainFileError(error);
}

/** What a queue or a container lets this process have, where that is less than the machine has. */
function allowed(limit = process.constrainedMemory?.() ?? 0): string {
  return limit > 0 && limit < totalmem() ? `: this process may take ${(limit / 1e9).toFixed(1)} GB` : '';
}
