import { join } from 'node:path';
import { PACKAGE_ROOT } from './cache.ts';
import { SetupError } from './errors.ts';
import { run } from './run.ts';

/** What the engine says of itself once loaded. */
export interface EngineReport {
  /** libtorch's version. */
  version: string;
  threads: number;
  cudaDevices: number;
  /** BLAS and LAPACK files that are really mapped; empty where the platform does not tell. */
  mapped: string[];
}

/**
 * Loads the engine in a child process and asks it.
 *
 * @throws SetupError when it cannot be loaded, with the reason.
 */
export function askEngine(env: NodeJS.ProcessEnv = process.env): EngineReport {
  const done = run(process.execPath, [join(PACKAGE_ROOT, 'dist', 'setup', 'probe.js')], { env });
  if (!done.ok) throw new SetupError(`The engine is built but cannot be loaded:\n${done.tail}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '');
}
