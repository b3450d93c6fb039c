/**
 * Zip archives (APPNOTE 6.3.10, sections 4.3.7 to 4.5.3): signatures, lengths and field offsets of their records, and reading the
 * directory. Wheels and checkpoints are such archives.
 */

export const MAX16 = 0xffff;
export const MAX32 = 0xffffffff;
/** Extra field that carries numbers of 64 bits. */
export const ZIP64_FIELD = 0x0001;

/** Header in front of every entry's content. */
export const LOCAL = {
  signature: 0x04034b50,
  bytes: 30,
  version: 4,
  flags: 6,
  date: 12,
  crc: 14,
  compressedSize: 18,
  size: 22,
  nameBytes: 26,
  extraBytes: 28,
} as const;

/** Entry of the central directory. */
export const ENTRY = {
  signature: 0x02014b50,
  bytes: 46,
  madeBy: 4,
  version: 6,
  flags: 8,
  method: 10,
  date: 14,
  crc: 16,
  compressedSize: 20,
  size: 24,
  nameBytes: 28,
  extraBytes: 30,
  commentBytes: 32,
  headerOffset: 42,
} as const;

/** Zip64 end of the central directory; `recordBytes` counts what follows it. */
export const END64 = {
  signature: 0x06064b50,
  bytes: 56,
  recordBytes: 4,
  madeBy: 12,
  version: 14,
  countHere: 24,
  count: 32,
  directoryBytes: 40,
  directoryOffset: 48,
} as const;

/** Says where the zip64 end record is. */
export const END64_LOCATOR = { signature: 0x07064b50, bytes: 20, recordOffset: 8, disks: 16 } as const;

/** End of the central directory. */
export const END = {
  signature: 0x06054b50,
  bytes: 22,
  countHere: 8,
  count: 10,
  directoryBytes: 12,
  directoryOffset: 16,
} as const;

/** How the content of an entry is compressed; 0 is not at all. */
export const DEFLATED = 8;

/** One file inside an archive, from the central directory. */
export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

/** Makes the error that names the archive. */
export type Damaged = (what: string) => Error;

/**
 * The end record, which says where the central directory lies.
 *
 * @param tail the end of the archive: at most the record and the longest comment.
 * @returns also where the record begins in `tail`.
 */
export function findEnd(
  tail: Uint8Array,
  damaged: Damaged,
): { at: number; offset: number; size: number; count: number } {
  const data = view(tail);
  let at = tail.byteLength - END.bytes;
  while (at >= 0 && data.getUint32(at, true) !== END.signature) at--;
  if (at < 0) throw damaged('the directory at its end is missing, so it is cut off or no zip file');
  return {
    at,
    offset: data.getUint32(at + END.directoryOffset, true),
    size: data.getUint32(at + END.directoryBytes, true),
    count: data.getUint16(at + END.count, true),
  };
}

/** The entries of the central directory's bytes. @throws what `damaged` makes, where they are no such. */
export function parseDirectory(
  bytes: Uint8Array,
  count: number,
  fileSize: number,
  damaged: Damaged,
): Map<string, ZipEntry> {
  const data = view(bytes);
  const decoder = new TextDecoder();
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY.bytes > bytes.byteLength || data.getUint32(at, true) !== ENTRY.signature) {
      throw damaged(`entry ${index + 1} of ${count} is missing from its directory`);
    }
    const nameEnd = at + ENTRY.bytes + data.getUint16(at + ENTRY.nameBytes, true);
    const extraEnd = nameEnd + data.getUint16(at + ENTRY.extraBytes, true);
    const next = extraEnd + data.getUint16(at + ENTRY.commentBytes, true);
    if (next > bytes.byteLength) throw damaged(`entry ${index + 1} of its directory is cut off`);
    const name = decoder.decode(bytes.subarray(at + ENTRY.bytes, nameEnd));
    if (entries.has(name)) throw damaged(`it holds ${name} twice`);

    const wide = zip64Numbers(view(bytes.subarray(nameEnd, extraEnd)), damaged);
    const number = (field: number): number => {
      const value = data.getUint32(at + field, true);
      return value === MAX32 ? (wide.shift() ?? value) : value;
    };
    // The zip64 field holds only the numbers that did not fit, in this order.
    const size = number(ENTRY.size);
    const compressedSize = number(ENTRY.compressedSize);
    const headerOffset = number(ENTRY.headerOffset);
    if (headerOffset + compressedSize > fileSize) throw damaged(`${name} lies beyond its end`);
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
function zip64Numbers(extra: DataView, damaged: Damaged): number[] {
  let at = 0;
  while (at + 4 <= extra.byteLength) {
    const id = extra.getUint16(at, true);
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (id === ZIP64_FIELD && end <= extra.byteLength) {
      const numbers: number[] = [];
      for (let field = at + 4; field + 8 <= end; field += 8) {
        numbers.push(safe(extra.getBigUint64(field, true), damaged));
      }
      return numbers;
    }
    at = end;
  }
  return [];
}

/** A number of 64 bits that a file can have. */
export function safe(value: bigint, damaged: Damaged): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged('a size is beyond any file');
  return Number(value);
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
