import { readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { ResourceError, systemCode } from './errors.ts';
import { explainFileError } from './files/explain.ts';
import { mkdirSync, rmSync } from './files/files.ts';
import { isRunning, processStart } from './processes.ts';
import { temporaryName } from './temporary.ts';

const LOCK_NAME = '.radweave.lock';

const schema = z.object({
  pid: z.int(),
  host: z.string(),
  /** ISO 8601, when the lock was taken. */
  started: z.string(),
  /** When the process itself started, where the system says so: tells a reused process number. */
  process_start: z.string().nullable(),
  command: z.string(),
});
type Holder = z.infer<typeof schema>;

function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  if (!isRunning(holder.pid)) return false;
  return holder.process_start === null || processStart(holder.pid) === holder.process_start;
}

/** The text of the lock, undefined when it is gone. */
function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw explainFileError(error, 'read', path);
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** An empty or half lock is being written right now, or its writer was killed in that moment. */
function readHolder(path: string): { text: string; holder: Holder | undefined } | undefined {
  for (let attempt = 0; ; attempt++) {
    const text = readLock(path);
    if (text === undefined) return undefined;
    const holder = parseHolder(text);
    if (holder !== undefined || attempt === 5) return { text, holder };
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

/** Removes a dead process's lock, unless another process has just replaced it by its own. */
function removeStale(path: string, text: string): void {
  const aside = temporaryName(path, 'stale');
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw explainFileError(error, 'write', path);
  }
  if (readLock(aside) === text) rmSync(aside);
  else renameSync(aside, path);
}

function named({ pid, host, command, started }: Holder): string {
  return `process ${pid} on ${host} (${command}, since ${started})`;
}

function locked(folder: string, path: string, holder: Holder): ResourceError {
  const hint =
    holder.host === hostname()
      ? 'Wait for it to end, stop it, or choose another output folder'
      : `Wait for it to end; if that computer no longer runs it, delete ${path}`;
  return new ResourceError('E_LOCKED', `the folder is in use by ${named(holder)}`, { where: folder, hint });
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

/** A held lock. */
export interface FolderLock {
  readonly path: string;
  /** The error of a process whose folder another has taken over meanwhile; undefined where none has. */
  lost(): ResourceError | undefined;
  /** Gives the folder free; releasing twice is allowed. */
  release(): void;
}

/**
 * Takes the lock of an output folder, so that two runs never write into it together. The lock of a dead process of
 * this computer is taken over.
 *
 * @param command What is running, for the error another process gets.
 * @throws ResourceError `E_LOCKED` that names the holder.
 */
export function lockFolder(folder: string, command: string): FolderLock {
  const path = join(folder, LOCK_NAME);
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    started: new Date().toISOString(),
    process_start: processStart(process.pid),
    command,
  };
  const text = `${JSON.stringify(mine)}\n`;
  let made: string | undefined;
  for (;;) {
    // Again in every round: who held it before may just have removed the folder.
    made = mkdirSync(folder, { recursive: true }) ?? made;
    try {
      writeFileSync(path, text, { flag: 'wx' });
      break;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') continue;
      if (systemCode(error) !== 'EEXIST') throw explainFileError(error, 'write', path);
    }
    const found = readHolder(path);
    if (found === undefined) continue;
    if (found.holder !== undefined && isAlive(found.holder)) throw locked(folder, path, found.holder);
    removeStale(path, found.text);
  }
  return {
    path,
    lost: () => {
      const found = readHolder(path);
      if (found?.holder === undefined || found.text === text) return undefined;
      return new ResourceError('E_LOCKED', `the folder was taken over by ${named(found.holder)}`, {
        where: folder,
        hint: 'Wait for that process to end, then run this command again',
      });
    },
    release: () => {
      if (readLock(path) !== text) return;
      rmSync(path, { force: true });
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
): Omit<FolderLock, 'path'> {
  const locks: FolderLock[] = [];
  const lost = (): ResourceError | undefined =>
    locks.map((lock) => lock.lost()).find((error) => error !== undefined);
  const release = (): void => {
    for (const lock of locks) lock.release();
  };
  const written = new Set(folders.write.map((name) => resolve(name)));
  try {
    for (const folder of new Set([...folders.read, ...folders.write].map((name) => resolve(name)))) {
      const lock = written.has(folder) ? lockFolder(folder, command) : lockWhereWritable(folder, command);
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
export async function whileLocked<T>(lock: Omit<FolderLock, 'path'>, task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw lock.lost() ?? error;
  } finally {
    lock.release();
  }
}

function lockWhereWritable(folder: string, command: string): FolderLock | undefined {
  try {
    return lockFolder(folder, command);
  } catch (error) {
    if (error instanceof ResourceError && error.code === 'E_NOT_WRITABLE') return undefined;
    throw error;
  }
}
