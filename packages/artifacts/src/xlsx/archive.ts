import { inflateRawSync } from 'node:zlib';
import { crc32 } from '@radweave/checksum';
import { DEFLATED, findEnd, LOCAL, parseDirectory, view, type ZipEntry } from '@radweave/native/zip';
import { DataError } from '../errors.ts';

const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
/** A compound file, which workbooks of Excel 97 to 2003 are, and such as have a password. */
const COMPOUND = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);
const HINT = 'Save it again as .xlsx without a password, or as "CSV UTF-8"';

/** Whether the bytes are those of an .xlsx file. @throws DataError `E_XLSX` for a workbook that cannot be read. */
export function isWorkbook(bytes: Buffer, path: string): boolean {
  const start = bytes.subarray(0, 4);
  if (start.equals(COMPOUND)) {
    throw new DataError('E_XLSX', 'the file is a workbook of Excel 97 to 2003, or has a password', {
      where: path,
      hint: HINT,
    });
  }
  return start.equals(ZIP);
}

/** What the parts of a workbook may unpack to, at most and in relation to its size; what claims more is refused before it fills the memory. */
const MOST_BYTES = 256 * 2 ** 20;
const SMALL_BYTES = 16 * 2 ** 20;
const MOST_TIMES = 32;

/** A workbook's parts by name; each is unpacked when it is asked for, and never beyond what it claims. */
export class WorkbookArchive {
  private readonly bytes: Buffer;
  private readonly path: string;
  private readonly entries: ReadonlyMap<string, ZipEntry>;

  /** @throws DataError `E_XLSX` when the bytes are no whole zip archive. */
  constructor(bytes: Buffer, path: string) {
    this.bytes = bytes;
    this.path = path;
    const { offset, size, count } = findEnd(bytes, this.damaged);
    this.entries = parseDirectory(bytes.subarray(offset, offset + size), count, bytes.length, this.damaged);
  }

  /** A part's text; null when there is none of this name. @throws DataError `E_XLSX` when it is damaged. */
  text(name: string): string | null {
    const entry = this.entries.get(name);
    if (entry === undefined) return null;
    const most = Math.min(MOST_BYTES, SMALL_BYTES + MOST_TIMES * this.bytes.length);
    if (entry.size > most) throw this.damaged(`${name} would take more bytes (${entry.size}) than ${most}`);
    if (entry.headerOffset + LOCAL.bytes > this.bytes.length) throw this.damaged(`${name} has no header`);
    const header = view(this.bytes.subarray(entry.headerOffset, entry.headerOffset + LOCAL.bytes));
    if (header.getUint32(0, true) !== LOCAL.signature) throw this.damaged(`${name} has no header`);
    const names = header.getUint16(LOCAL.nameBytes, true) + header.getUint16(LOCAL.extraBytes, true);
    const start = entry.headerOffset + LOCAL.bytes + names;
    const packed = this.bytes.subarray(start, start + entry.compressedSize);
    const content = entry.method === DEFLATED ? this.inflated(packed, entry) : packed;
    if (content.length !== entry.size || crc32(content) !== entry.crc)
      throw this.damaged(`${name} is not whole`);
    return new TextDecoder().decode(content);
  }

  private inflated(packed: Buffer, { name, size }: ZipEntry): Buffer {
    try {
      return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
    } catch {
      throw this.damaged(`${name} cannot be unpacked`);
    }
  }

  readonly damaged = (what: string): DataError =>
    new DataError('E_XLSX', `the workbook cannot be read: ${what}`, {
      where: this.path,
      hint: HINT,
    });
}
