import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileSha256 } from '../sha256.ts';
import { CUDA_ADDON } from './build.ts';
import { PACKAGE_ROOT, sourceHash } from './cache.ts';
import type { Host, Libtorch } from './libtorch.ts';

/** A platform's entry of `prebuilt.json`, which scripts/pack.mjs writes; a checkout has none. */
interface Entry {
  /** The package with the addons, an optional dependency of this one. */
  package: string;
  /** The version of libtorch that they were linked to: its C++ interface changes with every one. */
  torch: string;
  /** CUDA's first number, where an addon for CUDA is there; null where there is none. */
  cuda: string | null;
  /** Hash of the C++ sources. */
  sources: string;
  /** SHA-256 of every addon. */
  files: Record<string, string>;
}

/** Addons that were built elsewhere and fit a libtorch. */
export interface Prebuilt {
  folder: string;
  files: string[];
}

/** Where prebuilt addons are looked for. */
export interface Shelf {
  /** Folder of this package. */
  root: string;
  host: Host;
  /** Folder of an installed package; undefined where it is not installed. */
  packageFolder: (name: string) => string | undefined;
}

const SHELF: Shelf = { root: PACKAGE_ROOT, host: process, packageFolder: installedPackage };

function installedPackage(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function entryFor({ root, host }: Shelf): Entry | null | undefined {
  const table = join(root, 'prebuilt.json');
  if (!existsSync(table)) return undefined;
  const entries: Record<string, Entry> = JSON.parse(readFileSync(table, 'utf8'));
  return entries[`${host.platform}-${host.arch}`] ?? null;
}

/**
 * The prebuilt addons for a libtorch, or why there are none; null as the reason in a checkout, where none are expected. Every
 * file has the SHA-256 that this package knows.
 */
export function prebuiltFor(
  libtorch: Pick<Libtorch, 'version' | 'gpu' | 'cudaInclude'>,
  shelf: Shelf = SHELF,
): Prebuilt | { why: string | null } {
  const entry = entryFor(shelf);
  if (entry === undefined) return { why: null };
  if (entry === null) return { why: `there is none for ${shelf.host.platform}-${shelf.host.arch}` };
  const [version, flavour = ''] = libtorch.version.split('+');
  if (version !== entry.torch) {
    return { why: `it is for libtorch ${entry.torch}, and this is ${libtorch.version}` };
  }
  if (entry.sources !== sourceHash(shelf.root)) return { why: 'it was built from other sources' };
  const folder = shelf.packageFolder(entry.package);
  if (folder === undefined) {
    return { why: `${entry.package} is not installed (npm install --include=optional)` };
  }
  const fitsCuda = libtorch.gpu === 'cuda' && flavour.startsWith(`cu${entry.cuda}`);
  if (libtorch.cudaInclude !== null && !fitsCuda)
    return { why: `it has no addon for ${flavour || 'this CUDA'}` };
  const files = Object.keys(entry.files).filter((file) => file !== CUDA_ADDON || fitsCuda);
  const altered = files.find((file) => {
    const path = join(folder, file);
    return !existsSync(path) || fileSha256(path) !== entry.files[file];
  });
  if (altered !== undefined) {
    return {
      why: `${join(folder, altered)} is not the file that was published: install ${entry.package} again`,
    };
  }
  return { folder, files };
}
