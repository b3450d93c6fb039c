import * as zlib from 'node:zlib';
import { type Crc, crcOf } from './by-table.ts';

export type { Crc };

/** {@link crc32} without Node's own. */
export const tableCrc32: Crc = crcOf(0xedb88320);

/**
 * CRC-32 (ISO-HDLC), as zip and PNG use it. Node's own is ten times as fast but is missing before 20.15 and 22.2.
 *
 * @param previous the CRC of the bytes before, to continue from.
 */
export const crc32: Crc = typeof zlib.crc32 === 'function' ? zlib.crc32 : tableCrc32;

/** CRC-32C (Castagnoli; RFC 3720, appendix B.4), as TFRecord uses it. */
export const crc32c: Crc = crcOf(0x82f63b78);
