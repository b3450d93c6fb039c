import { mkdirSync } from 'node:fs';
import { copyFile, open, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';

/** A file of a repository on the hub. */
export interface HubFile {
  /** Such as `timm/resnet18.a1_in1k`. */
  repo: string;
  file: string;
}

/**
 * The folder of a repository in the layout of Python's `huggingface_hub`: `blobs` holds files named by their hash,
 * `refs/main` the newest known commit, `snapshots/COMMIT` links to the blobs under the files' own names.
 */
export function repoFolder(cache: string, repo: string): string {
  return join(cache, `models--${repo.replaceAll('/', '--')}`);
}

/** Where to put a file that was brought here by hand; found by {@link findCached} and by Python. */
export function manualPath(cache: string, { repo, file }: HubFile): string {
  return join(repoFolder(cache, repo), 'snapshots', 'main', file);
}

/** A cached file: that of the commit in `refs/main`, else the newest one of any commit; undefined without one. */
export async function findCached(cache: string, { repo, file }: HubFile): Promise<string | undefined> {
  const folder = repoFolder(cache, repo);
  const commit = await orNone(readFile(join(folder, 'refs', 'main'), 'utf8'));
  const current = commit === undefined ? undefined : join(folder, 'snapshots', commit.trim(), file);
  if (current !== undefined && (await modified(current)) !== undefined) return current;
  let newest: { path: string; time: number } | undefined;
  for (const name of (await orNone(readdir(join(folder, 'snapshots')))) ?? []) {
    const path = join(folder, 'snapshots', name, file);
    const time = await modified(path);
    if (time !== undefined && (newest === undefined || time > newest.time)) newest = { path, time };
  }
  return newest?.path;
}

/** Links a blob under the file's own name in the snapshot of a commit, and makes that commit the newest known one. */
export async function publish(
  cache: string,
  { repo, file }: HubFile,
  commit: string,
  blob: string,
): Promise<string> {
  const folder = repoFolder(cache, repo);
  const path = join(folder, 'snapshots', commit, file);
  const ref = join(folder, 'refs', 'main');
  // The file last: once it is there nobody asks the hub again, and Python finds it by the commit alone.
  // As in `download`.
  mkdirSync(dirname(ref), { recursive: true });
  await replace(ref, (temporary) => writeSynced(temporary, commit));
  mkdirSync(dirname(path), { recursive: true });
  await replace(path, (temporary) => link(blob, temporary, path));
  return path;
}

/** Windows allows links only to administrators and developers; elsewhere, some network folders have none. */
async function link(blob: string, temporary: string, path: string): Promise<void> {
  try {
    await symlink(relative(dirname(path), blob).split(sep).join('/'), temporary);
  } catch (error) {
    if (!['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'UNKNOWN'].includes(codeOf(error)))
      throw error;
    await copyFile(blob, temporary);
  }
}

async function replace(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  sweepLeftovers(dirname(path));
  const temporary = temporaryName(path, 'tmp');
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Time of the last change; undefined for a file or target of a link that is not there. */
async function modified(path: string): Promise<number | undefined> {
  const found = await orNone(stat(path));
  return found?.isFile() ? found.mtimeMs : undefined;
}

/** Undefined for what is not there; any other fault is thrown. */
export async function orNone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** The system's name of an error; empty without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
