import { rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { processSpace } from '@radweave/native/processes';
import { guardPublishing } from '@radweave/native/rename';
import { ResourceError } from '../errors.ts';
import { mkdirSync } from '../files/files.ts';
import { realPlace } from '../place.ts';
import { beat, LEASE_TIMES, type LeaseTimes } from './heartbeat.ts';
import { isHeld, isThere, type Lease, putLease, readLease, removeLease } from './lease.ts';

export interface FolderLock {
  /** The error of a process whose folder another has taken over meanwhile; undefined where none has. */
  lost(): ResourceError | undefined;
  /** Gives the folder free; releasing twice is allowed. */
  release(): void;
}

export interface LockOptions {
  /** Is told when it must be watched whether another holder still lives, which takes as long as a lease. */
  say?: ((text: string) => void) | undefined;
  times?: LeaseTimes;
  /** Whether the folder is read: another output folder would not help. */
  isRead?: boolean;
}

function named({ holder }: Lease): string {
  if (holder === undefined) return 'another process';
  return `process ${holder.pid} (${holder.command}, since ${holder.started})`;
}

function elsewhere({ holder }: Lease): string {
  return holder?.space === processSpace() ? '' : ' on another computer or in another container';
}

function locked(folder: string, lease: Lease, isRead: boolean): ResourceError {
  return new ResourceError('E_LOCKED', `the folder is in use by ${named(lease)}${elsewhere(lease)}`, {
    where: folder,
    hint: `Wait for it to end${isRead ? ' or stop it' : ', stop it, or choose another output folder'}`,
  });
}

function takenOver(folder: string): ResourceError {
  const lease = readLease(folder);
  const by = lease === undefined ? 'another process, or its lock was deleted' : named(lease);
  return new ResourceError('E_LOCKED', `the folder was taken over by ${by}; nothing more was written`, {
    where: folder,
    hint: 'Wait for that process to end, then run this command again',
  });
}

/** Removes a folder, and those above it up to `top`, as far as they are empty: a command that failed leaves none. */
function removeEmpty(folder: string, top: string): void {
  for (let place = resolve(folder); place.length >= top.length; place = dirname(place)) {
    try {
      rmdirSync(place);
    } catch {
      // It holds something, or somebody else is at work in it: then it stays.
      return;
    }
  }
}

/** Whether a lease changes or goes, watched by this process's own clock for as long as a lease lasts. */
function isAlive(folder: string, lease: Lease, { say, times = LEASE_TIMES }: LockOptions): boolean {
  const there = isThere(lease);
  if (there !== undefined) return there;
  const seconds = Math.ceil(times.lease / 1000);
  say?.(`${folder} was in use${elsewhere(lease)}: watching for up to ${seconds} s whether it still is.`);
  const end = performance.now() + times.lease;
  while (performance.now() < end) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, times.beat / 4);
    const now = readLease(folder);
    if (now?.path !== lease.path) return false;
    if (now.text !== lease.text) return true;
  }
  return false;
}

/**
 * Takes the lock of an output folder, so that two runs never write into it together. A lock is a lease: its holder changes it every
 * two seconds. That of a dead process of this computer is taken over at once; where its number does not tell (another computer or
 * container, macOS, Windows), when it has not changed for 20 seconds. A holder that has lost its lease, because the computer slept for longer, publishes nothing more.
 *
 * @param command What is running, for the error another process gets.
 * @throws ResourceError `E_LOCKED` that names the holder.
 */
export function lockFolder(folder: string, command: string, options: LockOptions = {}): FolderLock {
  let made: string | undefined;
  let mine: string | undefined;
  while (mine === undefined) {
    const found = readLease(folder);
    if (found !== undefined) {
      if (isAlive(folder, found, options)) throw locked(folder, found, options.isRead ?? false);
      removeLease(folder, found.path);
    }
    // In every round: who held it before may just have removed the folder.
    made = mkdirSync(folder, { recursive: true }) ?? made;
    mine = putLease(folder, command);
  }
  return held(folder, mine, made, options.times ?? LEASE_TIMES);
}

/** What a process that has put a lease into a folder holds. */
export function held(folder: string, lease: string, made: string | undefined, times: LeaseTimes): FolderLock {
  const lost = (): ResourceError | undefined => (isHeld(lease) ? undefined : takenOver(folder));
  const stop = beat(lease, times);
  const endGuard = guardPublishing(() => {
    const error = lost();
    if (error !== undefined) throw error;
  });
  let isReleased = false;
  return {
    lost,
    release: () => {
      if (isReleased) return;
      isReleased = true;
      endGuard();
      stop();
      removeLease(folder, lease);
      if (made !== undefined) removeEmpty(folder, resolve(made));
    },
  };
}

/**
 * Takes the locks of what is read and of what is written, each folder once. A folder that is read and that this user may not
 * write, as a shared one of another user, needs no lock of ours; that of whoever is at work in it counts.
 *
 * @throws ResourceError `E_LOCKED`, or `E_NOT_WRITABLE` for a folder that is to be written.
 */
export function lockFolders(
  folders: { read: readonly string[]; write: readonly string[] },
  command: string,
  options: LockOptions = {},
): FolderLock {
  const locks: FolderLock[] = [];
  const lost = (): ResourceError | undefined =>
    locks.map((lock) => lock.lost()).find((error) => error !== undefined);
  const release = (): void => {
    for (const lock of locks) lock.release();
  };
  const written = new Set(folders.write.map(realPlace));
  try {
    for (const folder of new Set([...folders.read, ...folders.write].map(realPlace))) {
      const lock = written.has(folder)
        ? lockFolder(folder, command, options)
        : lockWhereWritable(folder, command, { ...options, isRead: true });
      if (lock !== undefined) locks.push(lock);
    }
    return { lost, release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Does a task under a lock, which is released whatever comes of it.
 *
 * @throws what the task throws; ResourceError `E_LOCKED` instead where another process has taken the folder over meanwhile: two in one
 *   folder take away each other's files, and what fails then is a consequence.
 */
export async function whileLocked<T>(lock: FolderLock, task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw lock.lost() ?? error;
  } finally {
    lock.release();
  }
}

function lockWhereWritable(folder: string, command: string, options: LockOptions): FolderLock | undefined {
  try {
    return lockFolder(folder, command, options);
  } catch (error) {
    if (error instanceof ResourceError && error.code === 'E_NOT_WRITABLE') return undefined;
    throw error;
  }
}
