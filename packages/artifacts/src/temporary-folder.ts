import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';
import { ResourceError } from './errors.ts';
import { mkdirSync, rmSync } from './files/files.ts';

/**
 * Hands a folder for files that nobody keeps to `use`, and removes it afterwards; those of killed processes, before.
 *
 * @throws ResourceError with `TMPDIR` as the remedy where the disk of temporary files is full or not writable.
 */
export async function inTemporaryFolder<T>(
  purpose: string,
  use: (folder: string) => T | Promise<T>,
): Promise<T> {
  sweepLeftovers(tmpdir());
  const folder = temporaryName(join(tmpdir(), `radweave-${purpose}`), 'tmp');
  try {
    mkdirSync(folder, { mode: 0o700 });
    return await use(folder);
  } catch (error) {
    throw withRemedy(error, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Another output folder, which the same faults advise elsewhere, would not help. */
function withRemedy(error: unknown, folder: string): unknown {
  if (!(error instanceof ResourceError) || error.where?.startsWith(folder) !== true) return error;
  if (error.code !== 'E_DISK_FULL' && error.code !== 'E_NOT_WRITABLE') return error;
  return new ResourceError(error.code, error.what, {
    where: error.where,
    hint: 'It is for temporary files: free some space there, or set TMPDIR (TEMP on Windows) to another folder',
    cause: error,
  });
}
