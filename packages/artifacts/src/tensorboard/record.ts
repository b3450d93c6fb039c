import { crc32c } from '@radweave/checksum';

const HEADER = 12;
const FOOTER = 4;

/** Frames a TFRecord: length (uint64), CRC of the length, data, CRC of the data; all little endian. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(HEADER + data.length + FOOTER);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, HEADER);
  record.writeUInt32LE(maskedCrc32c(data), HEADER + data.length);
  return record;
}

/** The masked form that TFRecord stores, so that the CRC of data that holds CRCs stays strong. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

export interface Records {
  readonly data: readonly Uint8Array[];
  /** Bytes after the last whole record: not 0 when the writer was killed. */
  readonly damagedBytes: number;
}

/**
 * Splits a TFRecord file. Reading ends at the first record that is cut off or fails a CRC, since where the next one
 * begins cannot be known.
 */
export function splitRecords(file: Buffer): Records {
  const data: Uint8Array[] = [];
  let offset = 0;
  while (file.length - offset >= HEADER + FOOTER) {
    const lengthBytes = file.subarray(offset, offset + 8);
    if (file.readUInt32LE(offset + 8) !== maskedCrc32c(lengthBytes)) break;
    const length = Number(file.readBigUInt64LE(offset));
    const end = offset + HEADER + length;
    if (end + FOOTER > file.length) break;
    const record = file.subarray(offset + HEADER, end);
    if (file.readUInt32LE(end) !== maskedCrc32c(record)) break;
    data.push(record);
    offset = end + FOOTER;
  }
  return { data, damagedBytes: file.length - offset };
}
