import { renameSync } from 'node:fs';

const RETRIES = 8;
const BUSY = ['EPERM', 'EACCES', 'EBUSY'];

/**
 * `rename`, repeated on Windows while a virus scanner holds what has just been written, for 2.5 seconds at most.
 */
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
