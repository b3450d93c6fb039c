import { createHash } from 'node:crypto';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { isTemporaryName } from '@radweave/native/temporary';
import { z } from 'zod';
import { writeFileAtomic } from './atomic.ts';
import { explainFileError } from './files/explain.ts';
import { type Fingerprint, hashFile } from './fingerprint.ts';
import { jsonFile, recordOf } from './json.ts';
import { compareText } from './natural.ts';

/** Size, times of last change (mtime, ctime; nanoseconds) and inode of a file when it was read, and its SHA-256. */
type Known = [size: string, mtime: string, ctime: string, inode: string, sha256: string];

const text = z.string();
const remembered = jsonFile<Record<string, Known>>(recordOf(z.tuple([text, text, text, text, text])));

/** A file that changed less than this before it was read may change again within one tick of the file system's clock. */
const SETTLED_MS = 2000;

/**
 * Hashes of files by content. A file is read again unless its size, both times and inode are those of the time before; the
 * second time, ctime, cannot be set back by tools that keep the first. What was changed within the last two seconds is read
 * each time.
 */
export class FileHashes {
  private readonly memory: string | null;
  private readonly known: Map<string, Known>;
  private readonly write: typeof writeFileAtomic;
  private isChanged = false;

  /**
   * @param memory File that keeps the hashes for the next time; null keeps none. Names in it are relative to its folder. A
   *   damaged one is started again: it only saves time.
   * @param write Of this file.
   */
  constructor(memory: string | null = null, write: typeof writeFileAtomic = writeFileAtomic) {
    this.memory = memory;
    this.write = write;
    this.known = new Map(memory === null ? [] : Object.entries(remembered.find(memory) ?? {}));
  }

  /** The identity of a file or of a folder by all it holds. @throws as {@link hashFile}. */
  fingerprint(path: string): Fingerprint {
    try {
      if (statSync(path).isDirectory()) return { path, kind: 'folder', sha256: this.folder(path) };
    } catch (error) {
      // Below a folder it may be another path than the one asked for.
      throw explainFileError(error, 'read');
    }
    return { path, kind: 'file', sha256: this.file(path) };
  }

  /** SHA-256 (hex) of a file's content. @throws as {@link hashFile}. */
  file(path: string): string {
    const name = this.memory === null ? path : relative(dirname(this.memory), path).split(sep).join('/');
    try {
      const { size, mtimeNs, ctimeNs, ctimeMs, ino } = statSync(path, { bigint: true });
      const seen = [size, mtimeNs, ctimeNs, ino].map(String);
      const known = this.known.get(name);
      if (known !== undefined && seen.every((value, i) => value === known[i])) return known[4];
      const isSettled = Date.now() - Number(ctimeMs) >= SETTLED_MS;
      const sha256 = hashFile(path);
      if (isSettled) this.known.set(name, [...seen, sha256] as unknown as Known);
      else this.known.delete(name);
      this.isChanged = true;
      return sha256;
    } catch (error) {
      throw explainFileError(error, 'read', path);
    }
  }

  /**
   * SHA-256 (hex) over the names below a folder and the contents of its files, in an order that does not depend on the file
   * system. Links are followed; a loop is entered once. Hidden files (locks, what a file manager leaves) are not content.
   *
   * @param isRead Of which files the content counts, by their path below the folder; the names of all count.
   */
  folder(path: string, isRead: (name: string) => boolean = () => true): string {
    return hashFolder(path, (name, full) => (isRead(name) ? this.file(full) : null));
  }

  /** Keeps the hashes for the next time. */
  save(): void {
    if (this.memory === null || !this.isChanged) return;
    // Another process may have read other files meanwhile.
    const all = { ...remembered.find(this.memory), ...Object.fromEntries(this.known) };
    this.write(this.memory, `${JSON.stringify(all)}\n`);
    this.isChanged = false;
  }
}

/** SHA-256 (hex) over the names below a folder, and what else is said of its files. */
function hashFolder(path: string, say: (name: string, full: string) => string | null): string {
  const hash = createHash('sha256');
  for (const [name, full] of listFolder(path, '', [])) {
    hash.update(`${JSON.stringify([name, full === null ? null : say(name, full)])}\n`);
  }
  return hash.digest('hex');
}

/** Size and time of last change of a file, which nearly always tell that it is another; null where it is gone. */
export function fileState(path: string): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.size} ${stat.mtimeMs}`;
  } catch (error) {
    throw explainFileError(error, 'read', path);
  }
}

/** A file by its name, and its {@link fileState}. */
export type NamedState = [name: string, state: string | null];

export const fileStates = jsonFile<NamedState[]>(z.array(z.tuple([text, text.nullable()])));

/** Files below a folder by their paths there, in the order of {@link FileHashes.folder}; the path is null where a link leads nowhere. */
export function filesThere(folder: string): [name: string, path: string | null][] {
  try {
    return [...listFolder(folder, '', [])];
  } catch (error) {
    throw explainFileError(error, 'read');
  }
}

/** What macOS and Windows put beside the files of people. */
const SYSTEM_FILES = /^(?:\.DS_Store|\._.+|Thumbs\.db|desktop\.ini)$/i;

/** Whether nobody would miss a file: the system put it there, or a process of ours left it. Other hidden files are somebody's. */
export function isLeftBySystem(name: string): boolean {
  return SYSTEM_FILES.test(name) || isTemporaryName(name);
}

/** Every file below a folder, with its path below it; the second is null where a link leads nowhere. */
function* listFolder(
  folder: string,
  prefix: string,
  above: readonly string[],
): Generator<[name: string, path: string | null]> {
  const real = realpathSync(folder);
  if (above.includes(real)) return;
  for (const name of readdirSync(folder).sort(compareText)) {
    if (name.startsWith('.') || isLeftBySystem(name)) continue;
    const path = join(folder, name);
    const kind = kindOf(path);
    if (kind === 'folder') yield* listFolder(path, `${prefix}${name}/`, [...above, real]);
    else yield [`${prefix}${name}`, kind === 'file' ? path : null];
  }
}

/** What cannot be read as a file or folder (a broken link, a circle of links, a pipe) has a name only. */
function kindOf(path: string): 'file' | 'folder' | 'neither' {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'neither';
  } catch {
    return 'neither';
  }
}
