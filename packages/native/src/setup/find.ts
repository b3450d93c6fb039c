import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { SetupError } from './errors.ts';
import { type Host, inspectLibtorch, type Libtorch } from './libtorch.ts';

/** Where libtorch is looked for. */
export interface Places extends Host {
  /** Value of `RADWEAVE_LIBTORCH`; it must be a usable libtorch when set. */
  asked: string | undefined;
  /** Folder of the active Python's `torch`, asked for only when needed. */
  python: () => string | undefined;
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

function fromSetting(asked: string, host: Host): Libtorch {
  const remedy =
    'Set it to the folder of the official libtorch zip or of a pip-installed torch, or unset it.';
  if (!existsSync(asked))
    throw new SetupError(`RADWEAVE_LIBTORCH names '${asked}', which does not exist.\n${remedy}`);
  const root = realpathSync(asked);
  for (const folder of candidates(root)) {
    const seen = inspectLibtorch(folder, 'RADWEAVE_LIBTORCH', host);
    if ('libtorch' in seen) return seen.libtorch;
  }
  const seen = inspectLibtorch(root, 'RADWEAVE_LIBTORCH', host);
  const missing = 'missing' in seen ? seen.missing.join(', ') : '';
  throw new SetupError(
    `RADWEAVE_LIBTORCH names '${asked}', which is no libtorch; missing: ${missing}.\n${remedy}`,
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
 * Finds libtorch: `RADWEAVE_LIBTORCH`, the active Python's torch, the system's.
 *
 * @throws SetupError when `RADWEAVE_LIBTORCH` is set and is no usable libtorch; there is no fall through.
 */
export function findLibtorch(places: Places): Finding {
  if (places.asked) return { libtorch: fromSetting(places.asked, places), skipped: [] };
  const skipped: string[] = [];
  const python = places.python();
  if (python !== undefined && hasOwnHeaders(python)) {
    const seen = inspectLibtorch(python, 'python', places);
    if ('libtorch' in seen) return { libtorch: seen.libtorch, skipped };
    skipped.push(`${python}: missing ${seen.missing.join(', ')}`);
  } else if (python !== undefined && !existsSync(join(python, 'include', 'ATen'))) {
    skipped.push(`${python}: has no C++ headers`);
  }
  for (const prefix of places.prefixes) {
    const seen = inspectLibtorch(prefix, 'system', places);
    if ('libtorch' in seen) return { libtorch: seen.libtorch, skipped };
  }
  return { libtorch: undefined, skipped };
}
