import { dirname, join } from 'node:path';
import type { GpuFacts } from '../gpu.ts';
import { PACKAGE_ROOT } from './cache.ts';
import { SetupError, VariableError } from './errors.ts';
import { isOwn } from './fetch.ts';
import type { Libtorch } from './libtorch.ts';
import { type Done, run } from './run.ts';
import { defaultThreads, usesOwnKernels } from './variables.ts';

export interface SeenGpu {
  /** `cuda:N`. */
  device: string;
  /** Null without the addon for CUDA. */
  facts: GpuFacts | null;
  /** Why nothing can be computed there, with the remedy; null where it can. */
  fault: string | null;
}

/** What the engine says of itself once loaded. */
export interface EngineReport {
  version: string;
  threads: number;
  gpus: SeenGpu[];
  /** Whether libtorch computes on Apple's GPU. */
  mps: boolean;
  /** BLAS and LAPACK files that are really mapped; empty where the platform does not tell. */
  mapped: string[];
}

/**
 * Loads the engine in a child process and asks it.
 *
 * @throws SetupError when it cannot be loaded, with the reason; VariableError where a variable is why.
 */
export function askEngine(env: NodeJS.ProcessEnv = process.env): EngineReport {
  usesOwnKernels(env);
  defaultThreads(env);
  const done = probe(env);
  if (!done.ok && env.LD_LIBRARY_PATH && probe({ ...env, LD_LIBRARY_PATH: undefined }).ok) {
    throw new VariableError(
      `The engine does not work with LD_LIBRARY_PATH=${env.LD_LIBRARY_PATH}, and works without it: ${done.tail}\nUnset LD_LIBRARY_PATH, or take the folder with these libraries out of it`,
    );
  }
  if (!done.ok) throw new SetupError(`The engine does not work: ${done.tail}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '');
}

function probe(env: NodeJS.ProcessEnv): Done {
  return run(process.execPath, [join(PACKAGE_ROOT, 'dist', 'doctor', 'probe.js')], { env });
}

/**
 * Asks an engine that an earlier set-up provided in a folder, whose files may have been damaged since.
 *
 * @throws SetupError with what to remove.
 */
export function askAgain(
  ask: () => EngineReport,
  folder: string,
  { root }: Pick<Libtorch, 'root'>,
  env: NodeJS.ProcessEnv,
): EngineReport {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof SetupError) || error instanceof VariableError) throw error;
    const own = isOwn(root, env) ? ` and ${dirname(root)}` : '';
    throw new SetupError(
      `${error.message}\nIf it worked before, remove ${folder}${own}, then run radweave setup`,
    );
  }
}
