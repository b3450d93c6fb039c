/** Signatures, lengths and field offsets of the zip records used (APPNOTE 6.3.10, sections 4.3.7 to 4.5.3). */

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
