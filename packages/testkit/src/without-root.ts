import { chmodSync } from 'node:fs';

/**
 * Runs `task` as a user whom permissions bind, which are none to root.
 *
 * @param folder that of `tempDir`, which this user may then enter.
 */
export async function withoutRoot<T>(folder: string, task: () => T | Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return task();
  chmodSync(folder, 0o755);
  process.seteuid?.(65534);
  try {
    return await task();
  } finally {
    process.seteuid?.(0);
  }
}
