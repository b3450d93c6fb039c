import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheDir, pointerName, sourceHash } from './cache.ts';
import { NativeNotBuiltError } from './errors.ts';
import { fileStamp, type Libtorch, mainLibrary } from './libtorch.ts';

export { NativeNotBuiltError } from './errors.ts';

/** What set-up found and built; the loader needs nothing else. */
export interface NativeRecord {
  /** The engine, linked to libtorch. */
  addon: string;
  /** The small addon that prepares the process, not linked to libtorch. */
  boot: string;
  /** What needs CUDA's own interface; null where libtorch has no CUDA or its headers are not there. */
  cudaAddon: string | null;
  libtorch: Pick<Libtorch, 'root' | 'version' | 'source' | 'libDirs' | 'gpu' | 'stamp'>;
  blas: {
    kind: 'openblas-openmp' | 'bundled' | 'openblas-pthread' | 'unknown';
    /** Libraries to map by path, in this order, before libtorch is. */
    preload: string[];
  };
}

/** Where builds and their records lie. */
export function nativeCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheDir(env, process.platform, homedir()), 'native');
}

/** The file that holds the record for this environment. */
export function recordPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(nativeCache(env), pointerName(sourceHash(), env.RADWEAVE_LIBTORCH, process));
}

/**
 * Reads what `radweave setup` recorded for these sources and this `RADWEAVE_LIBTORCH`. Starts no process.
 *
 * @throws NativeNotBuiltError when there is no such build, or its libtorch has been replaced or removed since.
 */
export function readNativeRecord(env: NodeJS.ProcessEnv = process.env): NativeRecord {
  const path = recordPath(env);
  if (!existsSync(path)) {
    const libtorch = env.RADWEAVE_LIBTORCH ? ` for RADWEAVE_LIBTORCH=${env.RADWEAVE_LIBTORCH}` : '';
    throw new NativeNotBuiltError(`there is no build of this version${libtorch} in ${nativeCache(env)}`);
  }
  const record = parse(path);
  const { addon, boot, cudaAddon, blas } = record;
  for (const file of [addon, boot, ...(cudaAddon === null ? [] : [cudaAddon]), ...blas.preload]) {
    if (!existsSync(file)) throw new NativeNotBuiltError(`${file} is gone`);
  }
  const { libDirs, stamp, version } = record.libtorch;
  const library = mainLibrary(libDirs[0] ?? '', process.platform);
  if (!existsSync(library)) throw new NativeNotBuiltError(`libtorch ${version} is gone from ${libDirs[0]}`);
  if (fileStamp(library) !== stamp) {
    throw new NativeNotBuiltError(`${library} has been replaced since the engine was built for ${version}`);
  }
  return record;
}

function parse(path: string): NativeRecord {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new NativeNotBuiltError(
      `${path} cannot be read (${error instanceof Error ? error.message : error})`,
    );
  }
}
