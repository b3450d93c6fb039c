import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeCache, recordName, sourceHash } from './cache.ts';
import { NativeNotBuiltError } from './errors.ts';
import { libtorchRoot } from './find.ts';
import { fileStamp, isSameStamp, type Libtorch, mainLibrary } from './libtorch.ts';

export { NativeNotBuiltError } from './errors.ts';

/** What set-up found and built; the loader needs nothing else. */
export interface NativeRecord {
  /** The engine, linked to libtorch. */
  addon: string;
  /** The small addon that prepares the process, not linked to libtorch. */
  boot: string;
  /** What needs CUDA's own interface; null where libtorch has no CUDA or its headers are not there. */
  cudaAddon: string | null;
  /** What lets several processes train one network; null where libtorch has no c10d. */
  distributedAddon: string | null;
  libtorch: Pick<Libtorch, 'root' | 'version' | 'source' | 'libDirs' | 'gpu' | 'stamp'>;
  blas: {
    kind: 'openblas-openmp' | 'bundled' | 'openblas-pthread' | 'unknown';
    /** Libraries to map by path, in this order, before libtorch is. */
    preload: string[];
  };
}

/** The file that holds the record of a libtorch, or of the one in use where none is named. */
export function recordPath(env: NodeJS.ProcessEnv, root: string | undefined): string {
  return join(nativeCache(env), recordName(sourceHash(), root, process));
}

/**
 * Reads what `radweave setup` recorded for these sources and this `RADWEAVE_LIBTORCH`. Starts no process.
 *
 * @throws NativeNotBuiltError when there is no such build, or its libtorch has been replaced or removed since.
 */
export function readNativeRecord(env: NodeJS.ProcessEnv = process.env): NativeRecord {
  const named = env.RADWEAVE_LIBTORCH;
  const path = recordPath(env, named ? libtorchRoot(named, process) : undefined);
  if (!existsSync(path)) {
    const libtorch = named ? ` for RADWEAVE_LIBTORCH=${named}` : '';
    throw new NativeNotBuiltError(`there is no build of this version${libtorch} in ${nativeCache(env)}`);
  }
  const record = parse(path);
  const { addon, boot, cudaAddon, distributedAddon, blas } = record;
  for (const file of [addon, boot, cudaAddon, distributedAddon, ...blas.preload]) {
    if (file !== null && !existsSync(file)) throw new NativeNotBuiltError(`${file} is gone`);
  }
  const { libDirs, stamp, version } = record.libtorch;
  const library = mainLibrary(libDirs[0] ?? '', process.platform);
  if (!existsSync(library)) throw new NativeNotBuiltError(`libtorch ${version} is gone from ${libDirs[0]}`);
  if (!isSameStamp(fileStamp(library), stamp)) {
    throw new NativeNotBuiltError(`${library} has been replaced since the engine was built for ${version}`);
  }
  return record;
}

/**
 * A libtorch with the stamp under which its engine was recorded, where it is the same file: the engine's folder is named by it,
 * and a copy of the whole cache into a container may have cut its time.
 */
export function asRecorded(libtorch: Libtorch, env: NodeJS.ProcessEnv): Libtorch {
  try {
    const { stamp } = parse(recordPath(env, libtorch.root)).libtorch;
    return isSameStamp(stamp, libtorch.stamp) ? { ...libtorch, stamp } : libtorch;
  } catch (error) {
    // No record, or a damaged one: set-up writes it anew.
    if (error instanceof NativeNotBuiltError) return libtorch;
    throw error;
  }
}

/** @throws NativeNotBuiltError for a damaged record. */
function parse(path: string): NativeRecord {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new NativeNotBuiltError(
      `${path} cannot be read (${error instanceof Error ? error.message : error})`,
    );
  }
}
