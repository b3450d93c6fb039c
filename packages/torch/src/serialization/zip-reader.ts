import { inflateRawSync } from 'node:zlib';
import { crc32 } from '@radweave/checksum';
import { CheckpointError } from './errors.ts';
import type { FileReader } from './file-reader.ts';
import { END, END64, END64_LOCATOR, ENTRY, LOCAL, MAX16, MAX32, ZIP64_FIELD } from './zip-format.ts';

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;
/** DEFLATE cannot expand further than this, so a larger claim is a lie. */
const MOST_EXPANSION = 1032;

/** One file inside the archive, from the central directory. */
export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

/** A zip archive read by position: zip64, stored and deflated entries, check sums (APPNOTE 6.3.10). */
export class ZipReader {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #file: FileReader;

  private constructor(file: FileReader, entries: ReadonlyMap<string, ZipEntry>) {
    this.#file = file;
    this.entries = entries;
  }

  /** Reads the central directory. @throws CheckpointError when there is none or it is damaged. */
  static async open(file: FileReader): Promise<ZipReader> {
    const directory = await findDirectory(file);
    const bytes = await file.read(directory.offset, directory.size);
    return new ZipReader(file, parseDirectory(file, bytes, directory.count));
  }

  /** The content of an entry, check sum verified. @throws CheckpointError when it is damaged. */
  async read(entry: ZipEntry): Promise<Uint8Array> {
    const { path } = this.#file;
    if ((entry.flags & ENCRYPTED_FLAG) !== 0) throw new CheckpointError(path, `${entry.name} is encrypted`);
    const header = view(await this.#file.read(entry.headerOffset, LOCAL.bytes));
    if (header.getUint32(0, true) !== LOCAL.signature) throw damaged(path, `${entry.name} has no header`);
    const nameBytes = header.getUint16(LOCAL.nameBytes, true);
    const extraBytes = header.getUint16(LOCAL.extraBytes, true);
    const start = entry.headerOffset + LOCAL.bytes + nameBytes + extraBytes;

    let crc = 0;
    let content: Uint8Array;
    if (entry.method === STORED) {
      if (entry.size !== entry.compressedSize) throw damaged(path, `${entry.name} has two sizes`);
      content = await this.#file.read(start, entry.size, (chunk) => {
        crc = crc32(chunk, crc);
      });
    } else if (entry.method === DEFLATED) {
      content = await this.#inflate(entry, start);
      crc = crc32(content);
    } else {
      throw new CheckpointError(
        path,
        `${entry.name} is compressed by method ${entry.method}, not by DEFLATE`,
      );
    }
    if (crc !== entry.crc) throw damaged(path, `the check sum of ${entry.name} is wrong`);
    return content;
  }

  async #inflate(entry: ZipEntry, start: number): Promise<Uint8Array> {
    const { path } = this.#file;
    if (entry.size > entry.compressedSize * MOST_EXPANSION) {
      throw damaged(path, `${entry.name} claims an impossible size`);
    }
    const packed = await this.#file.read(start, entry.compressedSize);
    let content: Buffer;
    try {
      content = inflateRawSync(packed, { maxOutputLength: Math.max(entry.size, 1) });
    } catch (cause) {
      throw damaged(path, `${entry.name} cannot be unpacked`, cause);
    }
    if (content.byteLength !== entry.size) throw damaged(path, `${entry.name} is not as long as it claims`);
    // Memory of its own: zlib may return a slice that is not aligned for tensors.
    return new Uint8Array(content);
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(path: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(path, `is a damaged zip archive: ${what}. Copy or download it again`, { cause });
}

function safe(path: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(path, 'a size is beyond any file');
  return Number(value);
}

/** Where the central directory lies: the end record, or the zip64 one it points to. */
async function findDirectory(file: FileReader): Promise<{ offset: number; size: number; count: number }> {
  const tailBytes = Math.min(file.size, END.bytes + MAX16);
  const tailStart = file.size - tailBytes;
  const tail = view(await file.read(tailStart, tailBytes));
  let at = tailBytes - END.bytes;
  while (at >= 0 && tail.getUint32(at, true) !== END.signature) at--;
  if (at < 0)
    throw damaged(file.path, 'the directory at its end is missing, so the file is probably cut off');

  const end = {
    offset: tail.getUint32(at + END.directoryOffset, true),
    size: tail.getUint32(at + END.directoryBytes, true),
    count: tail.getUint16(at + END.count, true),
  };
  const locatorAt = at - END64_LOCATOR.bytes;
  if (locatorAt < 0 || tail.getUint32(locatorAt, true) !== END64_LOCATOR.signature) return end;
  const recordAt = safe(file.path, tail.getBigUint64(locatorAt + END64_LOCATOR.recordOffset, true));
  const record = view(await file.read(recordAt, END64.bytes));
  if (record.getUint32(0, true) !== END64.signature) throw damaged(file.path, 'its zip64 record is missing');
  return {
    offset: safe(file.path, record.getBigUint64(END64.directoryOffset, true)),
    size: safe(file.path, record.getBigUint64(END64.directoryBytes, true)),
    count: safe(file.path, record.getBigUint64(END64.count, true)),
  };
}

function parseDirectory(file: FileReader, bytes: Uint8Array, count: number): Map<string, ZipEntry> {
  const { path } = file;
  const data = view(bytes);
  const decoder = new TextDecoder();
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY.bytes > bytes.byteLength || data.getUint32(at, true) !== ENTRY.signature) {
      throw damaged(path, `entry ${index + 1} of ${count} is missing from its directory`);
    }
    const nameEnd = at + ENTRY.bytes + data.getUint16(at + ENTRY.nameBytes, true);
    const extraEnd = nameEnd + data.getUint16(at + ENTRY.extraBytes, true);
    const next = extraEnd + data.getUint16(at + ENTRY.commentBytes, true);
    if (next > bytes.byteLength) throw damaged(path, `entry ${index + 1} of its directory is cut off`);
    const name = decoder.decode(bytes.subarray(at + ENTRY.bytes, nameEnd));
    if (entries.has(name)) throw damaged(path, `it holds ${name} twice`);

    const wide = zip64Numbers(path, view(bytes.subarray(nameEnd, extraEnd)));
    const number = (field: number): number => {
      const value = data.getUint32(at + field, true);
      return value === MAX32 ? (wide.shift() ?? value) : value;
    };
    // The zip64 field holds only the numbers that did not fit, in this order.
    const size = number(ENTRY.size);
    const compressedSize = number(ENTRY.compressedSize);
    const headerOffset = number(ENTRY.headerOffset);
    if (headerOffset + compressedSize > file.size) throw damaged(path, `${name} lies beyond its end`);
    entries.set(name, {
      name,
      flags: data.getUint16(at + ENTRY.flags, true),
      method: data.getUint16(at + ENTRY.method, true),
      crc: data.getUint32(at + ENTRY.crc, true),
      compressedSize,
      size,
      headerOffset,
    });
    at = next;
  }
  return entries;
}

/** The 64-bit numbers of an entry's zip64 extra field; none when it has no such field. */
function zip64Numbers(path: string, extra: DataView): number[] {
  let at = 0;
  while (at + 4 <= extra.byteLength) {
    const id = extra.getUint16(at, true);
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (id === ZIP64_FIELD && end <= extra.byteLength) {
      const numbers: number[] = [];
      for (let field = at + 4; field + 8 <= end; field += 8) {
        numbers.push(safe(path, extra.getBigUint64(field, true)));
      }
      return numbers;
    }
    at = end;
  }
  return [];
}
