import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { type Damaged, DEFLATED, END, findEnd, LOCAL, MAX16, parseDirectory, type ZipEntry } from '../zip.ts';
import { SetupError } from './errors.ts';

/** The date of every file: the first that zip knows. */
const UNPACKED = new Date('1980-01-01T00:00:00Z');

/** The list of a wheel's files, with their hashes. */
const RECORD = /^[^/]+\.dist-info\/RECORD$/;

/**
 * Unpacks a part of a wheel and compares every file with the SHA-256 in the wheel's own list. Wheels have no numbers of 64
 * bits: PyPI takes none that need them.
 *
 * @param isWanted tells by a file's name, such as `torch/lib/libc10.so`, whether it is unpacked.
 * @throws SetupError when the wheel is damaged or altered.
 */
export function unpackWheel(path: string, isWanted: (name: string) => boolean, into: string): void {
  const file = openSync(path, 'r');
  const read = (offset: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    // One call may give less than there is, as network folders do.
    for (let done = 0; done < bytes; ) {
      const count = readSync(file, buffer, done, bytes - done, offset + done);
      if (count === 0) throw damaged(path, 'it is cut off');
      done += count;
    }
    return buffer;
  };
  try {
    const members = entriesOf(path, fstatSync(file).size, read);
    const list = members.find(({ name }) => RECORD.test(name));
    if (list === undefined) throw damaged(path, 'it has no RECORD, as wheels have');
    const hashes = recordedHashes(contentOf(path, list, read).toString('utf8'));
    for (const member of members) {
      const { name } = member;
      if (!name.endsWith('/') && isWanted(name)) {
        place(path, name, contentOf(path, member, read), hashes, into);
      }
    }
  } finally {
    closeSync(file);
  }
}

/**
 * The same from a folder where wheels have been installed, such as Python's site-packages.
 *
 * @throws SetupError when a file is missing or not what its wheel's list says.
 */
export function takeInstalled(folder: string, isWanted: (name: string) => boolean, into: string): void {
  for (const entry of readdirSync(folder)) {
    const list = `${entry}/RECORD`;
    if (!RECORD.test(list) || !existsSync(join(folder, list))) continue;
    const hashes = recordedHashes(readFileSync(join(folder, list), 'utf8'));
    for (const name of [...hashes.keys()].filter(isWanted)) {
      const path = join(folder, name);
      if (!existsSync(path)) throw damaged(folder, `${name} is missing`);
      place(folder, name, readFileSync(path), hashes, into);
    }
  }
}

/** Writes one file, if it is the one that the wheel's list names. */
function place(
  path: string,
  name: string,
  bytes: Buffer,
  hashes: ReadonlyMap<string, string>,
  into: string,
): void {
  if (name.split(/[\\/]/).includes('..') || /^([\\/]|.:)/.test(name)) {
    throw damaged(path, `${name} leads elsewhere`);
  }
  const hash = createHash('sha256').update(bytes).digest('base64url');
  if (!RECORD.test(name) && hashes.get(name) !== hash) {
    throw damaged(path, `${name} is not what its RECORD says`);
  }
  mkdirSync(dirname(join(into, name)), { recursive: true });
  writeFileSync(join(into, name), bytes);
  // One content, one date: an engine built for it stays valid when it is unpacked again.
  utimesSync(join(into, name), UNPACKED, UNPACKED);
}

function damaged(path: string, what: string): SetupError {
  return new SetupError(`${basename(path)} is damaged: ${what}. Fetch it again: ${path}`);
}

type Read = (offset: number, bytes: number) => Buffer;

function entriesOf(path: string, size: number, read: Read): ZipEntry[] {
  const fail: Damaged = (what) => damaged(path, what);
  const tailBytes = Math.min(size, END.bytes + MAX16);
  const end = findEnd(read(size - tailBytes, tailBytes), fail);
  return [...parseDirectory(read(end.offset, end.size), end.count, size, fail).values()];
}

function contentOf(
  path: string,
  { name, method, compressedSize, size, headerOffset }: ZipEntry,
  read: Read,
): Buffer {
  const header = read(headerOffset, LOCAL.bytes);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw damaged(path, `${name} has no header`);
  const start =
    headerOffset + LOCAL.bytes + header.readUInt16LE(LOCAL.nameBytes) + header.readUInt16LE(LOCAL.extraBytes);
  const bytes = read(start, compressedSize);
  if (method !== DEFLATED) return bytes;
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    throw damaged(path, `${name} cannot be unpacked (${error instanceof Error ? error.message : error})`);
  }
}

/** RECORD's rows are `path,sha256=HASH,bytes`; a path with a comma stands in quotes. */
function recordedHashes(text: string): Map<string, string> {
  const rows = [...text.matchAll(/^"?(.+?)"?,sha256=([\w-]+),/gm)];
  return new Map(rows.map(([, name = '', hash = '']) => [name, hash]));
}
