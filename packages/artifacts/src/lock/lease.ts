import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, processSpace, processStart } from '@radweave/native/processes';
import { renameWithRetry } from '@radweave/native/rename';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';
import { z } from 'zod';
import { removeQuietly } from '../atomic.ts';
import { systemCode } from '../errors.ts';
import { explainFileError } from '../files/explain.ts';

/**
 * A lock is a folder with one file in it, the lease, whose name is new for each holder. It gets its name by a rename, which fails
 * while a lease is in it; a lease is taken away by its own name. So whoever takes over from a dead holder can never take
 * away the lease of a third process that was faster.
 */
export const LOCK_NAME = '.radweave.lock';

const schema = z.object({
  pid: z.int(),
  /** Where `pid` means one process. */
  space: z.string(),
  /** When the process itself started, where the system says so: tells a reused process number. */
  process_start: z.string().nullable(),
  /** ISO 8601, when the lock was taken. */
  started: z.string(),
  command: z.string(),
});
export type Holder = z.infer<typeof schema>;

/** A lease as it was read; `holder` is undefined where it cannot be understood. */
export interface Lease {
  readonly path: string;
  readonly text: string;
  readonly holder: Holder | undefined;
}

/** Whether its process number says that the holder is there, or gone; undefined where it says nothing here. */
export function isThere({ holder }: Lease): boolean | undefined {
  if (holder?.space !== processSpace()) return undefined;
  if (!isRunning(holder.pid)) return false;
  // Without its start (macOS, Windows) the number may be another process's by now.
  return holder.process_start === null ? undefined : holder.process_start === processStart(holder.pid);
}

/** What a call gives; undefined where there is no such file or folder. */
function orNone<T>(path: string, call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw explainFileError(error, 'read', path);
  }
}

/** The lease in a folder; undefined where none is. */
export function readLease(folder: string): Lease | undefined {
  const place = join(folder, LOCK_NAME);
  const [name] = orNone(place, () => readdirSync(place)) ?? [];
  if (name === undefined) return undefined;
  const path = join(place, name);
  const text = orNone(path, () => readFileSync(path, 'utf8'));
  return text === undefined ? undefined : { path, text, holder: holderOf(text) };
}

function holderOf(text: string): Holder | undefined {
  try {
    return schema.parse(JSON.parse(text.split('\n')[0] ?? ''));
  } catch {
    return undefined;
  }
}

/** Whether a lease is still there. It is opened: of a name alone a network folder may answer from memory. */
export function isHeld(path: string): boolean {
  return orNone(path, () => readFileSync(path)) !== undefined;
}

/**
 * Puts a lease of this process into a folder.
 *
 * @returns its path; undefined where another has one.
 * @throws ResourceError where the folder is not writable.
 */
export function putLease(folder: string, command: string): string | undefined {
  const { pid } = process;
  const mine: Holder = {
    pid,
    space: processSpace(),
    process_start: processStart(pid),
    started: new Date().toISOString(),
    command,
  };
  const place = join(folder, LOCK_NAME);
  const draft = temporaryName(place, 'tmp');
  const name = randomBytes(8).toString('hex');
  try {
    mkdirSync(draft);
    writeFileSync(join(draft, name), `${JSON.stringify(mine)}\n`);
    removeEmptyLock(folder);
    renameWithRetry(draft, place);
  } catch (error) {
    removeQuietly(draft);
    // Another was faster, or who held it has just removed the folder with it.
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return undefined;
    if (readLease(folder) !== undefined) return undefined;
    throw explainFileError(error, 'write', place);
  }
  sweepLeftovers(folder);
  return join(place, name);
}

/** Takes a lease away, its own or that of a dead process; another's that came meanwhile stays. */
export function removeLease(folder: string, path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
      throw explainFileError(error, 'write', path);
    }
  }
  removeEmptyLock(folder);
}

function removeEmptyLock(folder: string): void {
  const place = join(folder, LOCK_NAME);
  try {
    rmdirSync(place);
  } catch (error) {
    // Else it is not there, or another's lease is in it. Earlier versions wrote a file, and none of them runs any more.
    if (systemCode(error) === 'ENOTDIR') rmSync(place, { force: true });
  }
}
