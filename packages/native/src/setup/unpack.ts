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
import { SetupError } from './errors.ts';

/** Signatures, lengths and field offsets of zip records (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). */
const END = { signature: 0x06054b50, bytes: 22, count: 10, directoryBytes: 12, directoryOffset: 16 };
const ENTRY = { signature: 0x02014b50, bytes: 46, method: 10, packed: 20, size: 24, name: 28, extra: 30 };
const [ENTRY_COMMENT, ENTRY_OFFSET] = [32, 42];
const LOCAL = { signature: 0x04034b50, bytes: 30, name: 26, extra: 28 };
const MAX16 = 0xffff;
const DEFLATED = 8;

/** The date of every file: the first that zip knows. */
const UNPACKED = new Date('1980-01-01T00:00:00Z');

/** The list of a wheel's files, with their hashes. */
const RECORD = /^[^/]+\.dist-info\/RECORD$/;

interface Member {
  name: string;
  method: number;
  packed: number;
  size: number;
  offset: number;
}

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
    if (readSync(file, buffer, 0, bytes, offset) !== bytes) throw damaged(path, 'it is cut off');
    return buffer;
  };
  try {
    const members = directory(path, fstatSync(file).size, read);
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

function directory(path: string, size: number, read: Read): Member[] {
  const tailBytes = Math.min(size, END.bytes + MAX16);
  const tail = read(size - tailBytes, tailBytes);
  let at = tailBytes - END.bytes;
  while (at >= 0 && tail.readUInt32LE(at) !== END.signature) at--;
  if (at < 0) throw damaged(path, 'the directory at its end is missing, so it is cut off or no zip file');
  const count = tail.readUInt16LE(at + END.count);
  const data = read(tail.readUInt32LE(at + END.directoryOffset), tail.readUInt32LE(at + END.directoryBytes));
  const members: Member[] = [];
  let start = 0;
  for (let i = 0; i < count; i++) {
    if (start + ENTRY.bytes > data.length || data.readUInt32LE(start) !== ENTRY.signature) {
      throw damaged(path, 'its directory is cut off');
    }
    const nameEnd = start + ENTRY.bytes + data.readUInt16LE(start + ENTRY.name);
    members.push({
      name: data.toString('utf8', start + ENTRY.bytes, nameEnd),
      method: data.readUInt16LE(start + ENTRY.method),
      packed: data.readUInt32LE(start + ENTRY.packed),
      size: data.readUInt32LE(start + ENTRY.size),
      offset: data.readUInt32LE(start + ENTRY_OFFSET),
    });
    start = nameEnd + data.readUInt16LE(start + ENTRY.extra) + data.readUInt16LE(start + ENTRY_COMMENT);
  }
  return members;
}

function contentOf(path: string, { name, method, packed, size, offset }: Member, read: Read): Buffer {
  const header = read(offset, LOCAL.bytes);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw damaged(path, `${name} has no header`);
  const start = offset + LOCAL.bytes + header.readUInt16LE(LOCAL.name) + header.readUInt16LE(LOCAL.extra);
  const bytes = read(start, packed);
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
