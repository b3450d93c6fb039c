import { renameSync } from 'node:fs';

const RETRIES = 8;
const BUSY = ['EPERM', 'EACCES', 'EBUSY'];

const guards = new Set<() => void>();

/**
 * Has `guard` asked before a file gets its final name in this thread. It throws where this process may not write any more.
 *
 * @returns ends it.
 */
export function guardPublishing(guard: () => void): () => void {
  guards.add(guard);
  return () => void guards.delete(guard);
}

/** To be called before a file gets its final name. @throws what a guard throws. */
export function askGuards(): void {
  for (const guard of guards) guard();
}

/** Gives a whole file or folder its final name, unless a guard objects. @throws what a guard throws. */
export function renameGuarded(from: string, to: string): void {
  askGuards();
  renameWithRetry(from, to);
}

/** `rename`, repeated on Windows while a virus scanner holds what has just been written, for 2.5 seconds at most. */
export function renameWithRetry(
  from: string,
  to: string,
  {
    platform = process.platform,
    rename = renameSync,
  }: { platform?: string; rename?: typeof renameSync } = {},
): void {
  for (let attempt = 0; ; attempt++) {
    try {
      rename(from, to);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (platform !== 'win32' || !BUSY.includes(code) || attempt === RETRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10 * 2 ** attempt);
    }
  }
}
