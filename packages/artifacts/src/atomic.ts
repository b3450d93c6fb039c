import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { askGuards, renameGuarded } from '@radweave/native/rename';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';
import { systemCode, UsageError } from './errors.ts';
import { explainFileError } from './files/explain.ts';
import { readFileSync } from './files/files.ts';

/** Removes what a failed attempt left. Why that failed is what the user must hear, not that this fails too. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The next attempt removes it, or whoever fixes the disk.
  }
}

/** Makes a rename in `folder` durable, where the platform can open folders (Windows cannot). */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch (error) {
    // Some network file systems have no fsync for folders; the data itself is already on disk.
    if (systemCode(error) !== 'EINVAL') throw error;
  } finally {
    closeSync(handle);
  }
}

/** Folders that are being filled and will be flushed to the disk as a whole, before anybody sees them. */
const unpublished = new Set<string>();

/** Runs `fill`, which writes into a folder that is then flushed with all that is in it: flushing file by file takes far longer. */
export async function whileUnpublished<T>(folder: string, fill: () => T | Promise<T>): Promise<T> {
  const place = `${resolve(folder)}${sep}`;
  unpublished.add(place);
  try {
    return await fill();
  } finally {
    unpublished.delete(place);
  }
}

function isUnpublished(path: string): boolean {
  const place = resolve(path);
  return [...unpublished].some((folder) => place.startsWith(folder));
}

type Piece = string | Uint8Array;

const isPiece = (data: Piece | Iterable<Piece>): data is Piece =>
  typeof data === 'string' || data instanceof Uint8Array;

function writePiece(handle: number, piece: Piece): void {
  const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(handle, bytes, offset);
}

/**
 * Writes a whole file so that a crash leaves either the old file or the new one, never a part. Missing parent
 * folders are made.
 *
 * @param data Text (written as UTF-8 without BOM) or bytes, whole or in pieces, each asked for once the one before is written.
 * @throws ResourceError when the disk is full or the place is not writable.
 */
export function writeFileAtomic(path: string, data: Piece | Iterable<Piece>): void {
  writeWhole(path, data, renameGuarded);
}

/** {@link writeFileAtomic} of what nobody but the user may read (mode 0600, where the system has modes). */
export function writeSecretAtomic(path: string, data: Piece | Iterable<Piece>): void {
  writeWhole(path, data, renameGuarded, 0o600);
}

/**
 * {@link writeFileAtomic}, unless there is such a file already: of several writers the first wins.
 *
 * @returns whether it was written.
 */
export function writeFileOnce(path: string, data: Piece | Iterable<Piece>): boolean {
  return writeFirst(path, data);
}

/** {@link writeFileOnce} of what nobody but the user may read, as {@link writeSecretAtomic}. */
export function writeSecretOnce(path: string, data: Piece | Iterable<Piece>): boolean {
  return writeFirst(path, data, 0o600);
}

function writeFirst(path: string, data: Piece | Iterable<Piece>, mode?: number): boolean {
  let isFirst = true;
  const publish = (temporary: string, final: string): void => {
    isFirst = linkOnce(temporary, final);
    if (!isFirst) removeQuietly(temporary);
  };
  writeWhole(path, data, publish, mode);
  return isFirst;
}

/** @returns whether the file got its final name; false when another has it. */
function linkOnce(temporary: string, path: string): boolean {
  askGuards();
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    // A file system without hard links: what was there a moment ago is all that can be known.
    if (existsSync(path)) return false;
    renameGuarded(temporary, path);
    return true;
  }
  removeQuietly(temporary);
  return true;
}

/**
 * A device, a pipe, or a link to one such as /dev/stdout would be replaced by the file, for every program of the computer.
 *
 * @throws UsageError `E_NOT_A_FILE`.
 */
export function refuseDevice(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile() || found.isDirectory()) return;
  if (found.isSymbolicLink() && !readlinkSync(path).startsWith('/proc/')) return;
  throw new UsageError('E_NOT_A_FILE', 'this is a device or a pipe, which no file can replace', {
    where: path,
    hint: 'Name a file',
  });
}

function writeWhole(
  path: string,
  data: Piece | Iterable<Piece>,
  publish: (temporary: string, path: string) => void,
  mode = 0o666,
): void {
  const temporary = temporaryName(path, 'tmp');
  const flushesNow = !isUnpublished(path);
  try {
    refuseDevice(path);
    mkdirSync(dirname(path), { recursive: true });
    sweepLeftovers(dirname(path));
    const handle = openSync(temporary, 'wx', mode);
    try {
      for (const piece of isPiece(data) ? [data] : data) writePiece(handle, piece);
      if (flushesNow) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    publish(temporary, path);
    if (flushesNow) syncFolder(dirname(path));
  } catch (error) {
    removeQuietly(temporary);
    throw explainFileError(error, 'write', path);
  }
}

/**
 * Gives a file a second name. Where the file system has hard links no bytes are copied; elsewhere it becomes a copy. Only for
 * files that are always replaced whole, as {@link writeFileAtomic} does: what is written in place would change both.
 *
 * @throws ResourceError when the disk is full or the place is not writable.
 */
export function linkFileAtomic(from: string, to: string): void {
  const temporary = temporaryName(to, 'tmp');
  try {
    mkdirSync(dirname(to), { recursive: true });
    sweepLeftovers(dirname(to));
    linkSync(from, temporary);
    renameGuarded(temporary, to);
    syncFolder(dirname(to));
  } catch {
    // Whatever keeps a link from being made (another disk, FAT, a network share), a copy may still be written.
    writeFileAtomic(to, readFileSync(from));
  } finally {
    // Renaming one name of a file onto another does nothing, and leaves the first.
    removeQuietly(temporary);
  }
}
