import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { NotThere, SetupError } from './errors.ts';
import { type Host, inspectLibtorch, type Libtorch, libraryFolder } from './libtorch.ts';
import type { Named } from './named.ts';

export interface Places extends Host {
  /** What the user named; it must be a usable libtorch. */
  named: Named | undefined;
  /** Folder of the active Python's `torch`, asked for only when needed. */
  python: () => string | undefined;
  /** Folders of libtorches that set-up fetched before. */
  fetched: readonly string[];
  /** Whether only a libtorch for GPUs will do. */
  gpuOnly?: boolean;
  /** Why the engine cannot be had for a libtorch that nobody named; undefined where it can. */
  whyUseless?: (libtorch: Libtorch) => string | undefined;
  /** Prefixes of libraries installed for the whole system. */
  prefixes: readonly string[];
}

export interface Finding {
  libtorch: Libtorch | undefined;
  /** Places that looked promising and why they were not taken. */
  skipped: string[];
}

/** Prefixes that a system's package manager installs to. */
export function systemPrefixes(platform: NodeJS.Platform): string[] {
  if (platform === 'win32') return [];
  return platform === 'darwin' ? ['/opt/homebrew', '/usr/local'] : ['/usr', '/usr/local'];
}

/** The folder itself, or the torch inside a Python environment's folder. */
function candidates(folder: string): string[] {
  const found = [folder, join(folder, 'torch'), join(folder, 'Lib', 'site-packages', 'torch')];
  const lib = join(folder, 'lib');
  if (existsSync(lib)) {
    for (const name of readdirSync(lib)) {
      if (/^python3\.\d+$/.test(name)) found.push(join(lib, name, 'site-packages', 'torch'));
    }
  }
  return found;
}

/** The folder of the libtorch that a name leads to, links resolved: all names of one libtorch lead to the same folder. */
export function libtorchRoot(named: string, host: Host): string {
  if (!existsSync(named)) return resolve(named);
  const folder = realpathSync(named);
  return realpathSync(candidates(folder).find((place) => libraryFolder(place, host) !== undefined) ?? folder);
}

function fromName({ folder, by }: Named, places: Places): Libtorch {
  const remedy =
    by === 'RADWEAVE_LIBTORCH'
      ? 'Set it to the folder of the official libtorch zip or of a pip-installed torch, or unset it.'
      : 'Name the folder of the official libtorch zip or of a pip-installed torch, or auto for what set-up finds.';
  if (!existsSync(folder)) throw new NotThere(`${by} names '${folder}', which does not exist.\n${remedy}`);
  const root = libtorchRoot(folder, places);
  // Whatever it is called, the system's libtorch takes the system's BLAS.
  const source = places.prefixes.includes(root) ? 'system' : by === 'RADWEAVE_LIBTORCH' ? by : '--libtorch';
  const seen = inspectLibtorch(root, source, places);
  if ('libtorch' in seen) {
    if (!places.gpuOnly || seen.libtorch.gpu !== null) return seen.libtorch;
    throw new SetupError(
      `${by} names '${folder}', a libtorch for the CPU alone, and --engine cuda asks for GPUs.\n${remedy}`,
    );
  }
  throw new SetupError(
    `${by} names '${folder}', which is not a libtorch folder; missing: ${seen.missing.join(', ')}.\n${remedy}`,
  );
}

/** Debian's python3-torch only links to the system's headers: the system's libtorch is the better name for it. */
function hasOwnHeaders(folder: string): boolean {
  const headers = join(folder, 'include', 'ATen');
  if (!existsSync(headers)) return false;
  const inside = relative(realpathSync(folder), realpathSync(headers));
  return !inside.startsWith('..') && !isAbsolute(inside);
}

/**
 * Finds libtorch: what the user named, the active Python's torch, what was fetched before, the system's.
 *
 * @throws SetupError when what is named is no usable libtorch; there is no fall through, unless it was named in an earlier
 *   set-up and has been deleted since.
 */
export function findLibtorch(places: Places): Finding {
  const skipped: string[] = [];
  const { named } = places;
  if (named?.by === 'an earlier --libtorch' && !existsSync(named.folder)) {
    skipped.push(`${named.folder}, which an earlier --libtorch named, is gone`);
  } else if (named !== undefined) {
    return { libtorch: fromName(named, places), skipped };
  }
  const take = (root: string, source: Libtorch['source'], isPromising: boolean): Libtorch | undefined => {
    const seen = inspectLibtorch(root, source, places);
    const why = 'missing' in seen ? `missing ${seen.missing.join(', ')}` : useless(seen.libtorch, places);
    if ('libtorch' in seen && why === undefined) return seen.libtorch;
    if (isPromising || 'libtorch' in seen) skipped.push(`${root}: ${why}`);
    return undefined;
  };
  const libtorch =
    fromPython(places, skipped, take) ??
    first(places.fetched, (folder) => take(realpathSync(folder), 'fetched', true)) ??
    first(places.prefixes, (prefix) => take(prefix, 'system', false));
  return { libtorch, skipped };
}

function useless(libtorch: Libtorch, { gpuOnly, whyUseless }: Places): string | undefined {
  return gpuOnly && libtorch.gpu === null ? 'for the CPU alone' : whyUseless?.(libtorch);
}

function first<T>(places: readonly string[], take: (place: string) => T | undefined): T | undefined {
  for (const place of places) {
    const taken = take(place);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

function fromPython(
  places: Places,
  skipped: string[],
  take: (root: string, source: 'python', isPromising: boolean) => Libtorch | undefined,
): Libtorch | undefined {
  const found = places.python();
  if (found === undefined) return undefined;
  const python = realpathSync(found);
  if (hasOwnHeaders(python)) return take(python, 'python', true);
  if (!existsSync(join(python, 'include', 'ATen'))) skipped.push(`${python}: has no C++ headers`);
  return undefined;
}
