import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  explainFileError,
  type FolderLock,
  InterruptedError,
  lockFolder,
  type ObjectPlace,
  RadweaveError,
  ResourceError,
  UsageError,
  whileLocked,
} from '@radweave/artifacts';
import type { StoredObject } from './answer.ts';
import { fetchObject } from './fetch.ts';
import { fileNames } from './file-names.ts';
import { inParallel } from './parallel.ts';
import { Store } from './store.ts';

/** Slices are small: the store's time to answer counts, not the bytes. */
const AT_ONCE = 16;
const WAIT_MS = 1000;

export interface Bringing {
  /** Objects that have arrived, of all that have to. */
  onProgress: (done: number, total: number) => void;
  say: (text: string) => void;
  shouldStop: () => boolean;
}

export interface Brought {
  objects: number;
  bytes: number;
  fetched: number;
  fetchedBytes: number;
  removed: number;
}

/**
 * Makes the folder of a place hold what lies below its prefix now: fetches what is new or changed, by size and time, and removes
 * what is gone. Another process that does the same is waited for.
 *
 * @throws RadweaveError of the store, its objects or the disk; what has arrived by then stays. InterruptedError when asked to stop.
 */
export async function bringObjects(place: ObjectPlace, how: Bringing): Promise<Brought> {
  const store = new Store(place);
  try {
    const lock = await lockPatiently(place, how);
    return await whileLocked(lock, () => bring(store, how));
  } catch (error) {
    throw inCache(explainFileError(error, 'write', place.folder));
  } finally {
    await store.close();
  }
}

/** The copies have their own place. */
function inCache(error: unknown): unknown {
  if (!(error instanceof ResourceError && ['E_DISK_FULL', 'E_NOT_WRITABLE'].includes(error.code)))
    return error;
  const { code, what, where } = error;
  const hint =
    'Free some space or correct the permissions, or set RADWEAVE_CACHE to another folder for copies';
  return new ResourceError(code, what, { where, hint, cause: error });
}

async function lockPatiently({ cache, address }: ObjectPlace, how: Bringing): Promise<FolderLock> {
  for (let isTold = false; ; isTold = true) {
    try {
      return lockFolder(cache, 'bringing images', { say: how.say });
    } catch (error) {
      if (!(error instanceof RadweaveError && error.code === 'E_LOCKED')) throw error;
      if (!isTold) how.say(`Another process is fetching ${address}: waiting for it.`);
      stopIfAsked(how);
      await sleep(WAIT_MS);
    }
  }
}

async function bring(store: Store, how: Bringing): Promise<Brought> {
  const { place } = store;
  const { bucket, prefix, address, folder, cache } = place;
  const listed: StoredObject[] = [];
  for await (const object of store.list(prefix === '' ? '' : `${prefix}/`)) {
    stopIfAsked(how);
    listed.push(object);
  }
  const names = fileNames(listed, prefix, bucket);
  if (names.size === 0) {
    const hint = 'Correct the address; a prefix is written as in the keys, with the same letter case';
    throw new UsageError('E_S3_ADDRESS', 'there is no object below this prefix', { where: address, hint });
  }
  const removed = removeOthers(folder, '', names);
  const parts = join(cache, 'parts');
  rmSync(parts, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  mkdirSync(folder, { recursive: true });
  const wanted = [...names].filter(([name, object]) => !isThere(join(folder, name), object));
  let done = 0;
  await inParallel(wanted, AT_ONCE, async ([name, object]) => {
    stopIfAsked(how);
    await fetchObject(store, object, join(folder, name), parts);
    how.onProgress(++done, wanted.length);
  });
  rmSync(parts, { recursive: true, force: true });
  const bytes = bytesOf([...names.values()]);
  return {
    objects: names.size,
    bytes,
    fetched: wanted.length,
    fetchedBytes: bytesOf(wanted.map(([, object]) => object)),
    removed,
  };
}

const bytesOf = (objects: readonly StoredObject[]): number =>
  objects.reduce((sum, { size }) => sum + size, 0);

function stopIfAsked({ shouldStop }: Bringing): void {
  if (!shouldStop()) return;
  throw new InterruptedError('not all images were fetched', 'Start it again: what is here is kept');
}

/** Whether a file is what was fetched of an object that is still the same. Stores tell whole seconds, or more. */
function isThere(file: string, { size, stored }: StoredObject): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.size === size && Math.floor(found.mtimeMs / 1000) === Math.floor(stored / 1000);
}

/** Removes what stands for no object, and folders that are empty then. @returns how many files. */
function removeOthers(folder: string, below: string, names: ReadonlyMap<string, unknown>): number {
  const here = join(folder, below);
  if (lstatSync(here, { throwIfNoEntry: false }) === undefined) return 0;
  let removed = 0;
  for (const entry of readdirSync(here, { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) removed += removeOthers(folder, name, names);
    else if (!names.has(name)) {
      rmSync(join(here, entry.name));
      removed++;
    }
  }
  if (readdirSync(here).length === 0) rmdirSync(here);
  return removed;
}
