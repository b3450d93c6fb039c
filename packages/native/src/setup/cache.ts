import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, Libtorch } from './libtorch.ts';

/** This package's folder, from `src/setup` and from `dist/setup`. */
export const PACKAGE_ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The user's cache folder: `RADWEAVE_CACHE`, else `XDG_CACHE_HOME/radweave`, else the platform's place.
 *
 * @param home asked for last: a user of a container may have none.
 */
export function cacheDir(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  home: () => string = homedir,
): string {
  if (env.RADWEAVE_CACHE) return resolve(env.RADWEAVE_CACHE);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'radweave');
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(home(), 'AppData', 'Local'), 'radweave', 'cache');
  if (platform === 'darwin') return join(home(), 'Library', 'Caches', 'radweave');
  return join(home(), '.cache', 'radweave');
}

/** Where builds and their records lie. */
export function nativeCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheDir(env), 'native');
}

/** A short hash of texts and files, in order. */
export function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 20);
}

/** Places (with forward slashes) and contents of the C++ files below a folder, in order; without tests. */
function sourcesIn(folder: string, place = ''): (string | Buffer)[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const [path, name] = [join(folder, entry.name), `${place}${entry.name}`];
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sourcesIn(path, `${name}/`);
    return /(?<!\.test)\.(cc|h)$/.test(entry.name) ? [name, readFileSync(path)] : [];
  });
}

/** Hash of the C++ sources and of how they are built. */
export function sourceHash(packageRoot: string = PACKAGE_ROOT): string {
  return digest([readFileSync(join(packageRoot, 'CMakeLists.txt')), ...sourcesIn(join(packageRoot, 'cpp'))]);
}

/** Name of the folder of one build: it changes with the sources, the libtorch, the platform and the ABI. */
export function buildKey(sources: string, libtorch: Libtorch, host: Host): string {
  const { root, version, stamp, cxx11Abi, cxxStandard, gpu, cudaInclude, ncclInclude } = libtorch;
  return digest([
    sources,
    root,
    version,
    stamp,
    host.platform,
    host.arch,
    String(cxx11Abi),
    String(cxxStandard),
    String(gpu),
    String(cudaInclude),
    String(ncclInclude),
  ]);
}

/**
 * Name of the record of a build, one for each source tree, machine and libtorch.
 *
 * @param root the libtorch's folder, links resolved; undefined for what is in use where none is named.
 */
export function recordName(sources: string, root: string | undefined, host: Host): string {
  return `current-${digest([sources, root ?? '', host.platform, host.arch])}.json`;
}
