import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const RETRIES = 8;
const BUSY = ['EPERM', 'EACCES', 'EBUSY'];

/**
 * `rename`, repeated on Windows while a virus scanner holds what has just been written, for 2.5 seconds at most. The package
 * artifacts does the same for files of a study, and set-up may use no other package.
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

/** Writes a file whole or not at all, with its folder. */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  writeFileSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameWithRetry(temporary, path);
}
