import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResourceError } from './errors.ts';
import { mkdtempSync, rmSync } from './files/files.ts';

/**
 * Hands a folder for files that nobody keeps to `use`, and removes it afterwards.
 *
 * @throws ResourceError with `TMPDIR` as the remedy where the disk of temporary files is full or not writable.
 */
export async function inTemporaryFolder<T>(
  purpose: string,
  use: (folder: string) => T | Promise<T>,
): Promise<T> {
  const prefix = join(tmpdir(), `radweave-${purpose}-`);
  let folder: string | undefined;
  try {
    folder = mkdtempSync(prefix);
    return await use(folder);
  } catch (error) {
    throw withRemedy(error, prefix);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Another output folder, which the same faults advise elsewhere, would not help. */
function withRemedy(error: unknown, prefix: string): unknown {
  if (!(error instanceof ResourceError) || error.where?.startsWith(prefix) !== true) return error;
  if (error.code !== 'E_DISK_FULL' && error.code !== 'E_NOT_WRITABLE') return error;
  return new ResourceError(error.code, error.what, {
    where: error.where,
    hint: 'It is for temporary files: free some space there, or name another folder by TMPDIR (on Windows TEMP)',
    cause: error,
  });
}
