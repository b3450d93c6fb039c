import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from '@radweave/checksum';
import { ImageFault } from '../fault.ts';
import { readFault } from '../file.ts';
import { sampleBytes } from '../hash.ts';
import {
  decodeHeader,
  HEADER_BYTES,
  recordBytes,
  type StoreHeader,
  StoreTable,
  storeBytes,
  storeCorrupt,
  tableOffset,
} from './layout.ts';

/** An open slice store: decoded slices by position, read from disk into the caller's array. */
export class SliceStore {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
  readonly count: number;
  readonly key: string;
  readonly #path: string;
  readonly #file: number;
  readonly #recordBytes: number;
  readonly #table: StoreTable;
  readonly #verified: Uint8Array;

  /** Use {@link openStore}. */
  constructor(path: string, file: number, header: StoreHeader, table: StoreTable) {
    this.width = header.width;
    this.height = header.height;
    this.bitDepth = header.bitDepth;
    this.count = header.count;
    this.key = header.key;
    this.#path = path;
    this.#file = file;
    this.#recordBytes = recordBytes(header);
    this.#table = table;
    this.#verified = new Uint8Array(header.count);
  }

  /**
   * Reads slices into `into`: (indices.length, height, width), Uint8Array for an 8-bit store, Uint16Array for
   * a 16-bit one. Each slice's checksum is verified the first time it is read.
   *
   * @throws ImageFault `STORE_CORRUPT`; RangeError for an index or array that does not fit; TypeError for the other array type.
   */
  read(indices: ArrayLike<number>, into: Uint8Array | Uint16Array): void {
    if (into.BYTES_PER_ELEMENT * 8 !== this.bitDepth) {
      throw new TypeError(`a ${this.bitDepth}-bit store is read into a Uint${this.bitDepth}Array`);
    }
    const bytes = sampleBytes(into);
    const size = this.#recordBytes;
    if (bytes.length !== indices.length * size) {
      throw new RangeError(`the slices need ${indices.length * size} bytes, the array has ${bytes.length}`);
    }
    for (let i = 0; i < indices.length; i++) {
      this.#readOne(indices[i] as number, bytes.subarray(i * size, (i + 1) * size));
    }
  }

  /**
   * Reads every slice whose checksum was not verified yet, one at a time: damage shows before hours of work, not within.
   *
   * @throws ImageFault `STORE_CORRUPT` naming the first damaged slice.
   */
  verify(): void {
    // Without slices the size of the file says nothing of theirs.
    const record = new Uint8Array(this.count === 0 ? 0 : this.#recordBytes);
    for (let i = 0; i < this.count; i++) if (this.#verified[i] === 0) this.#readOne(i, record);
  }

  /** Positions of the blank images: one gray value. */
  blank(): number[] {
    return this.#table.withGrays(1);
  }

  /** Positions of the images that had two gray values alone, as masks have. */
  twoValued(): number[] {
    return this.#table.withGrays(2);
  }

  /** What `contentHash` gave for each image when the store was made. */
  contentHashes(): string[] {
    return this.#table.contentHashes();
  }

  #readOne(index: number, record: Uint8Array): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new RangeError(`slice ${index} is not in a store of ${this.count}`);
    }
    readExactly(this.#file, record, HEADER_BYTES + index * this.#recordBytes, this.#path);
    if (this.#verified[index] === 1) return;
    if (crc32(record) !== this.#table.crcs[index]) {
      throw storeCorrupt(`the checksum of slice ${index} is wrong`, this.#path);
    }
    this.#verified[index] = 1;
  }

  close(): void {
    closeSync(this.#file);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a slice store.
 *
 * @param key what it must have been made from (see `storeKey`).
 * @throws ImageFault `STORE_MISSING`, `STORE_CORRUPT`, or `STORE_STALE` when the key differs.
 */
export function openStore(path: string, key?: string): SliceStore {
  const file = openForReading(path);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw storeCorrupt('it is not a file', path);
    const { size } = stat;
    const head = Buffer.alloc(HEADER_BYTES);
    readExactly(file, head, 0, path);
    const header = decodeHeader(head, path);
    if (size !== storeBytes(header)) {
      throw storeCorrupt(`its size is ${size} instead of ${storeBytes(header)}`, path);
    }
    const table = new StoreTable(header.count);
    readExactly(file, table.bytes, tableOffset(header), path);
    if (crc32(table.bytes) !== header.tableCrc) {
      throw storeCorrupt('its table of checksums is damaged', path);
    }
    if (key !== undefined && header.key !== key) throw stale(path);
    return new SliceStore(path, file, header, table);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const { text, where } = readFault(path, error);
    throw new ImageFault('STORE_MISSING', text, where, 'Build the store from the images first');
  }
}

function readExactly(file: number, into: Uint8Array, position: number, where: string): void {
  for (let at = 0; at < into.length; ) {
    const count = readSync(file, into, at, into.length - at, position + at);
    if (count === 0) throw storeCorrupt('it ends too early', where);
    at += count;
  }
}

const stale = (where: string): ImageFault =>
  new ImageFault(
    'STORE_STALE',
    'the slice store was made from other images, or they have changed since',
    where,
    'Run the command again to rebuild it; deleting it is safe',
  );
