import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { DEFLATED, findEnd, LOCAL, parseDirectory, view, type ZipEntry } from '@radweave/native/zip';

/** What can be read of a file: `text` files can be written again with other names in them. */
export interface Readable {
  readonly kind: 'text' | 'archive' | 'picture' | 'array' | 'packed' | 'DICOM' | 'binary';
  readonly text: string;
}

/** Of a file without a known form; pixels and weights beyond it hold no words. */
const MOST_BYTES = 64 * 2 ** 20;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const GZIP = Buffer.from([0x1f, 0x8b]);
const NPY = Buffer.from('\x93NUMPY', 'latin1');
const DICOM_AT = 128;

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The words that a file's bytes hold, unpacked. */
export function readable(bytes: Buffer): Readable {
  const begins = (magic: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic);
  if (begins(ZIP)) return { kind: 'archive', text: archiveText(bytes) };
  if (begins(PNG)) return { kind: 'picture', text: pictureText(bytes) };
  if (begins(NPY)) return { kind: 'array', text: utf8(bytes.subarray(0, 10 + bytes.readUInt16LE(8))) };
  if (begins(GZIP)) return { kind: 'packed', text: unpacked(() => gunzipSync(bytes, LIMIT)) };
  if (bytes.subarray(DICOM_AT, DICOM_AT + 4).equals(Buffer.from('DICM')))
    return { kind: 'DICOM', text: utf8(bytes.subarray(0, MOST_BYTES)) };
  const kind = bytes.includes(0) ? 'binary' : 'text';
  return { kind, text: utf8(kind === 'text' ? bytes : bytes.subarray(0, MOST_BYTES)) };
}

const LIMIT = { maxOutputLength: MOST_BYTES };

/** What cannot be unpacked, or is too large for text, has nothing to tell. */
function unpacked(unpack: () => Uint8Array): string {
  try {
    return utf8(unpack());
  } catch {
    return '';
  }
}

/** Names and contents of an archive's entries, apart from the tensors of a checkpoint. */
function archiveText(bytes: Buffer): string {
  const damaged = (what: string): Error => new RangeError(what);
  try {
    const { offset, size, count } = findEnd(bytes, damaged);
    const entries = parseDirectory(bytes.subarray(offset, offset + size), count, bytes.length, damaged);
    const told = [...entries.values()].map((entry) =>
      /\/data\/\d+$/.test(entry.name) ? '' : `${entry.name}\n${entryText(bytes, entry)}`,
    );
    return told.join('\n');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return utf8(bytes.subarray(0, MOST_BYTES));
  }
}

function entryText(bytes: Buffer, { headerOffset, compressedSize, method }: ZipEntry): string {
  const header = view(bytes.subarray(headerOffset, headerOffset + LOCAL.bytes));
  const names = header.getUint16(LOCAL.nameBytes, true) + header.getUint16(LOCAL.extraBytes, true);
  const start = headerOffset + LOCAL.bytes + names;
  const packed = bytes.subarray(start, start + Math.min(compressedSize, MOST_BYTES));
  return method === DEFLATED ? unpacked(() => inflateRawSync(packed, LIMIT)) : utf8(packed);
}

/** The text chunks of a PNG: `tEXt`, `zTXt`, `iTXt` and `eXIf` (PNG 3rd edition, 11.3.3 and 11.3.4.6). */
function pictureText(bytes: Buffer): string {
  const told: string[] = [];
  for (let at = PNG.length; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (['tEXt', 'iTXt', 'eXIf'].includes(type)) told.push(utf8(data));
    if (['zTXt', 'iTXt'].includes(type)) told.push(inflatedChunk(data));
    at += 12 + length;
  }
  return told.join('\n');
}

/** Compressed text begins with the head of a zlib stream, after keywords that end with 0. */
function inflatedChunk(data: Buffer): string {
  for (let at = data.indexOf(0); at >= 0 && at < data.length; at++) {
    if (data[at] === 0x78) return unpacked(() => inflateSync(data.subarray(at), LIMIT));
  }
  return '';
}
