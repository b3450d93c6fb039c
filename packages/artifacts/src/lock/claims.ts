import { mkdirSync } from '../files/files.ts';
import { LEASE_TIMES, type LeaseTimes } from './heartbeat.ts';
import { isThere, type Lease, putLease, readLease, removeLease } from './lease.ts';
import { type FolderLock, held } from './lock.ts';

/** A lease as it was last seen to change, by the clock of who looks. */
interface Seen {
  readonly path: string;
  readonly text: string;
  readonly at: number;
}

/**
 * Locks of many folders, for one who takes whichever is free and waits for none. Whether the holder of a lease lives, it finds
 * out by looking again and again: one that has not changed for as long as a lease lasts, while this process looked, is gone.
 * Neither the clocks of two computers nor the times of files are compared.
 */
export class Claims {
  private readonly seen = new Map<string, Seen>();
  private readonly times: LeaseTimes;

  constructor(times: LeaseTimes = LEASE_TIMES) {
    this.times = times;
  }

  /** The lock of a folder; undefined while another holds it. @throws ResourceError where the folder is not writable. */
  take(folder: string, command: string): FolderLock | undefined {
    const found = readLease(folder);
    if (found !== undefined) {
      if (this.isAlive(folder, found)) return undefined;
      removeLease(folder, found.path);
    }
    const made = mkdirSync(folder, { recursive: true });
    const mine = putLease(folder, command);
    return mine === undefined ? undefined : held(folder, mine, made, this.times);
  }

  private isAlive(folder: string, lease: Lease): boolean {
    const { path, text } = lease;
    const there = isThere(lease);
    if (there !== undefined) return there;
    const before = this.seen.get(folder);
    if (before?.path === path && before.text === text)
      return performance.now() - before.at < this.times.lease;
    this.seen.set(folder, { path, text, at: performance.now() });
    return true;
  }
}

/** Whether somebody works in a folder; of one on another computer what changes with every heartbeat. */
export function leaseState(folder: string): boolean | string {
  const lease = readLease(folder);
  return lease !== undefined && (isThere(lease) ?? lease.text);
}
