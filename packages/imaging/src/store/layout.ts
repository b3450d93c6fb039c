import { crc32 } from '@radweave/checksum';
import { ImageFault } from '../fault.ts';
import type { FewGrays } from '../slice.ts';

/**
 * A store is one file: a header of {@link HEADER_BYTES} (magic, CRC-32 and length of a JSON text, the text),
 * `count` records of decoded samples (little-endian, row-major), and a table: `count` CRC-32 of the records, then `count`
 * SHA-256 of the images as they were before they got the size of the store (see `contentHash`), then `count` bytes of how
 * many gray values these had (see `fewGrays`).
 * A store whose slices are partly 8-bit, partly 16-bit is 16-bit, with 8-bit samples times 257:
 * v × 257 / 65535 = v / 255, so that nothing is lost.
 */
export const HEADER_BYTES = 4096;
export const STORE_VERSION = 4;
const MAGIC = Buffer.from('RADSLICE', 'latin1');
const TEXT_AT = 16;

export interface StoreHeader {
  readonly version: number;
  /** What the store was made from: see `storeKey`. */
  readonly key: string;
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  readonly count: number;
  /** CRC-32 of the table. */
  readonly tableCrc: number;
}

export const recordBytes = ({ width, height, bitDepth }: StoreHeader): number =>
  (width * height * bitDepth) / 8;

export const tableOffset = (header: StoreHeader): number => HEADER_BYTES + header.count * recordBytes(header);

export const storeBytes = (header: StoreHeader): number => tableOffset(header) + TABLE_ROW * header.count;

/** CRC-32 of the record written, and `contentHash` and `fewGrays` of the image. */
export interface Filled {
  readonly crc: number;
  readonly contentHash: string;
  readonly grays: FewGrays;
  readonly fault?: undefined;
}

const CRC_BYTES = 4;
const HASH_BYTES = 32;
const TABLE_ROW = CRC_BYTES + HASH_BYTES + 1;

/** What stands behind the records of a store. */
export class StoreTable {
  readonly bytes: Uint8Array;
  readonly crcs: Uint32Array;
  readonly #hashes: Buffer;
  readonly #grays: Uint8Array;

  constructor(count: number) {
    this.bytes = new Uint8Array(TABLE_ROW * count);
    this.crcs = new Uint32Array(this.bytes.buffer, 0, count);
    this.#hashes = Buffer.from(this.bytes.buffer, CRC_BYTES * count, HASH_BYTES * count);
    this.#grays = this.bytes.subarray((CRC_BYTES + HASH_BYTES) * count);
  }

  set(i: number, { crc, contentHash, grays }: Filled): void {
    this.crcs[i] = crc;
    this.#hashes.write(contentHash, HASH_BYTES * i, 'hex');
    this.#grays[i] = grays;
  }

  /** Positions of the images that had so many gray values. */
  withGrays(grays: FewGrays): number[] {
    return [...this.#grays.keys()].filter((i) => this.#grays[i] === grays);
  }

  /** In hex, by position. */
  contentHashes(): string[] {
    const at = (i: number): number => HASH_BYTES * i;
    return Array.from(this.crcs, (_, i) => this.#hashes.toString('hex', at(i), at(i + 1)));
  }
}

export function encodeHeader(header: StoreHeader): Buffer {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const out = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(out);
  out.writeUInt32LE(crc32(text), 8);
  out.writeUInt32LE(text.length, 12);
  text.copy(out, TEXT_AT);
  return out;
}

/** @throws ImageFault `STORE_CORRUPT`; also for a store of another version, which must be made again too. */
export function decodeHeader(bytes: Buffer, where: string): StoreHeader {
  const length = bytes.length === HEADER_BYTES ? bytes.readUInt32LE(12) : HEADER_BYTES;
  const text = bytes.subarray(TEXT_AT, TEXT_AT + length);
  const sound =
    bytes.length === HEADER_BYTES &&
    bytes.subarray(0, MAGIC.length).equals(MAGIC) &&
    crc32(text) === bytes.readUInt32LE(8);
  const header = sound ? parsed(text.toString('utf8')) : null;
  if (header === null) throw storeCorrupt('its header is damaged or not a store header', where);
  if (header.version !== STORE_VERSION) {
    throw storeCorrupt(`it has version ${header.version}, this program writes ${STORE_VERSION}`, where);
  }
  if (!isHeader(header)) throw storeCorrupt('its header makes no sense', where);
  return header;
}

/** The checksum does not tell who wrote the text. */
function parsed(text: string): Partial<StoreHeader> | null {
  try {
    return JSON.parse(text) as Partial<StoreHeader> | null;
  } catch {
    return null;
  }
}

function isHeader(header: Partial<StoreHeader>): header is StoreHeader {
  const { key, width = 0, height = 0, bitDepth, count = -1, tableCrc } = header;
  return (
    typeof key === 'string' &&
    [width, height, count, tableCrc].every((value) => Number.isSafeInteger(value)) &&
    width > 0 &&
    height > 0 &&
    (bitDepth === 8 || bitDepth === 16) &&
    count >= 0
  );
}

export const storeCorrupt = (reason: string, where: string): ImageFault =>
  new ImageFault(
    'STORE_CORRUPT',
    `the slice store cannot be used: ${reason}`,
    where,
    'Run the same command again: it is made again from the images',
  );
