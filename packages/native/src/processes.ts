import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** State and start of a process: fields 3 and 22 of `/proc/PID/stat` (proc(5)); undefined on other systems. */
function statOf(pid: number): { state: string; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** When a process started, which tells a reused number; null where the system does not say. */
export function processStart(pid: number): string | null {
  return statOf(pid)?.start ?? null;
}

/** Whether a process of this number runs on this computer. One that was killed and that nobody has waited for does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !['Z', 'X'].includes(statOf(pid)?.state ?? '');
}

/** What a system file says; empty on systems without it. */
function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

let known: string | undefined;

/**
 * Where a process number means one process: this computer, since it was started, in this namespace of processes. Two containers,
 * and two computers with one name, have different ones. A hash, so that a file that holds it names nobody's computer: on Linux
 * the computer's start has a random number, which nobody can guess.
 */
export function processSpace(): string {
  if (known === undefined) {
    const started = textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
    const namespace = textOf(() => readlinkSync('/proc/self/ns/pid'));
    known = createHash('sha256')
      .update(JSON.stringify([hostname(), started, namespace]))
      .digest('hex');
  }
  return known;
}
