import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { explainFileError } from './files/explain.ts';
import { compareText } from './natural.ts';

/** Identity of an input. */
export interface Fingerprint {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** SHA-256 (hex): of a file's content; of a folder's list of names, sizes and modification times. */
  readonly sha256: string;
}

const CHUNK = 1 << 20;

/**
 * SHA-256 (hex) of a file's content, read in pieces so that a large checkpoint does not fill the memory.
 *
 * @throws as {@link fingerprint}.
 */
export function hashFile(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(CHUNK);
  try {
    const handle = openSync(path, 'r');
    try {
      for (let size = 1; size > 0; ) {
        size = readSync(handle, buffer, 0, CHUNK, null);
        hash.update(buffer.subarray(0, size));
      }
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw explainFileError(error, 'read', path);
  }
  return hash.digest('hex');
}

/**
 * Lines `name size mtime` of every file below a folder. Links are followed; a loop is entered once. Names that begin
 * with `.radweave` (locks, manifests) are bookkeeping, not content.
 */
function* listFolder(folder: string, prefix: string, above: readonly string[]): Generator<string> {
  const real = realpathSync(folder);
  if (above.includes(real)) return;
  for (const name of readdirSync(folder).sort(compareText)) {
    if (name.startsWith('.radweave')) continue;
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) yield* listFolder(path, `${prefix}${name}/`, [...above, real]);
    else yield JSON.stringify([`${prefix}${name}`, stat?.size ?? null, stat?.mtimeMs ?? null]);
  }
}

/**
 * The identity of a file (by content) or of a folder (by names, sizes and times: hashing 100,000 images only to learn
 * that nothing changed would take minutes).
 *
 * @throws DataError `E_FILE_MISSING`; ResourceError for what may not be read, or a disk that fails.
 */
export function fingerprint(path: string): Fingerprint {
  try {
    if (!statSync(path).isDirectory()) return { path, kind: 'file', sha256: hashFile(path) };
    const hash = createHash('sha256');
    for (const line of listFolder(path, '', [])) hash.update(`${line}\n`);
    return { path, kind: 'folder', sha256: hash.digest('hex') };
  } catch (error) {
    // Below a folder it may be another path than the one asked for.
    throw explainFileError(error, 'read');
  }
}
