import { inflateRawSync } from 'node:zlib';
import { crc32 } from '@radweave/checksum';
import {
  type Damaged,
  DEFLATED,
  END,
  END64,
  END64_LOCATOR,
  findEnd,
  LOCAL,
  MAX16,
  parseDirectory,
  safe,
  view,
  type ZipEntry,
} from '@radweave/native/zip';
import { CheckpointError } from './errors.ts';
import type { FileReader } from './file-reader.ts';
import { MemoryBudget } from './memory-budget.ts';

const STORED = 0;
const ENCRYPTED_FLAG = 1;
/** DEFLATE cannot expand further than this, so a larger claim is a lie. */
const MOST_EXPANSION = 1032;

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
    const fail: Damaged = (what) => damaged(file.path, what);
    const entries = parseDirectory(bytes, directory.count, file.size, fail);
    const budget = new MemoryBudget(file.path, file.size);
    let packed = 0;
    for (const { size, compressedSize } of entries.values()) {
      packed += compressedSize;
      budget.take(Math.max(size - compressedSize, 0));
    }
    if (packed > file.size) throw fail('its entries overlap');
    return new ZipReader(file, entries);
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

function damaged(path: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(path, `is a damaged zip archive: ${what}. Copy or download it again`, { cause });
}

/** Where the central directory lies: the end record, or the zip64 one it points to. */
async function findDirectory(file: FileReader): Promise<{ offset: number; size: number; count: number }> {
  const tailBytes = Math.min(file.size, END.bytes + MAX16);
  const tailStart = file.size - tailBytes;
  const bytes = await file.read(tailStart, tailBytes);
  const fail: Damaged = (what) => damaged(file.path, what);
  const { at, ...end } = findEnd(bytes, fail);
  const tail = view(bytes);
  const locatorAt = at - END64_LOCATOR.bytes;
  if (locatorAt < 0 || tail.getUint32(locatorAt, true) !== END64_LOCATOR.signature) return end;
  const recordAt = safe(tail.getBigUint64(locatorAt + END64_LOCATOR.recordOffset, true), fail);
  const record = view(await file.read(recordAt, END64.bytes));
  if (record.getUint32(0, true) !== END64.signature) throw fail('its zip64 record is missing');
  return {
    offset: safe(record.getBigUint64(END64.directoryOffset, true), fail),
    size: safe(record.getBigUint64(END64.directoryBytes, true), fail),
    count: safe(record.getBigUint64(END64.count, true), fail),
  };
}
