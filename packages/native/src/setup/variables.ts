import { availableParallelism } from 'node:os';
import { VariableError } from './errors.ts';

/**
 * Whether kernels of this addon compute in place of libtorch's: unless `RADWEAVE_KERNELS` is 0, for who wants to compare.
 * @throws VariableError.
 */
export function usesOwnKernels(env: NodeJS.ProcessEnv = process.env): boolean {
  const asked = env.RADWEAVE_KERNELS ?? '';
  if (!['', '0', '1'].includes(asked)) {
    throw new VariableError(`RADWEAVE_KERNELS must be 0 or 1, not '${asked}'`);
  }
  return asked !== '0';
}

/** Threads for tensor work: what the user asked for, else the cores this process may use. @throws VariableError. */
export function defaultThreads(env: NodeJS.ProcessEnv = process.env): number {
  for (const name of ['RADWEAVE_THREADS', 'OMP_NUM_THREADS']) {
    const asked = env[name];
    if (asked === undefined || asked === '') continue;
    const threads = Number(asked);
    if (!Number.isInteger(threads) || threads < 1) {
      throw new VariableError(`${name} must be a whole number of at least 1, not '${asked}'`);
    }
    return threads;
  }
  return availableParallelism();
}
