import { crc32 } from '@radweave/checksum';
import { corrupt, ImageFault } from '../fault.ts';
import { type PngHeader, parseHeader } from './header.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Chunks that decide how the image is read: there may be one of each, before it (PNG specification, third edition, 5.6). */
const ONCE_BEFORE_THE_IMAGE = ['IHDR', 'PLTE', 'tRNS'];

/** The parts of a PNG file that decide its pixels. */
export interface PngParts {
  readonly header: PngHeader;
  /** PLTE: red, green, blue of each entry. */
  readonly palette: Uint8Array | undefined;
  /** tRNS: alpha of each palette entry, or the transparent colour as 16-bit samples. */
  readonly transparency: Uint8Array | undefined;
  /** eXIf: how the image is to be turned, among others. */
  readonly exif: Uint8Array | undefined;
  /** The zlib stream, joined from all IDAT chunks. */
  readonly stream: Uint8Array;
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** Reads the header from the first 33 bytes or more of a file, and EXIF where it lies within them. */
export function readPngHeader(bytes: Uint8Array, where: string): Pick<PngParts, 'header' | 'exif'> {
  let header: PngHeader | undefined;
  let exif: Uint8Array | undefined;
  for (const { type, data } of chunks(bytes, where, false)) {
    if (header === undefined && type !== 'IHDR') break;
    header ??= parseHeader(data, where);
    if (type === 'eXIf') exif = data;
  }
  if (header === undefined) throw headerMissing(where);
  return { header, exif };
}

/**
 * Splits a PNG file into its parts. Every chunk's CRC is checked, and the file must reach its IEND chunk.
 *
 * @throws ImageFault `TRUNCATED`, `CRC`, `CORRUPT`, `TOO_LARGE`, or `UNSUPPORTED` (animation, unknown critical chunk).
 */
export function readPngParts(bytes: Uint8Array, where: string): PngParts {
  let header: PngHeader | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let exif: Uint8Array | undefined;
  const streams: Uint8Array[] = [];
  const seen = new Set<string>();
  for (const { type, data } of chunks(bytes, where)) {
    if (header === undefined && type !== 'IHDR') throw headerMissing(where);
    if (ONCE_BEFORE_THE_IMAGE.includes(type)) {
      if (streams.length > 0) throw corrupt(`PNG chunk "${type}" stands after image data`, where);
      if (seen.has(type)) throw corrupt(`the PNG has two "${type}" chunks`, where);
      seen.add(type);
    }
    if (type === 'IHDR') header = parseHeader(data, where);
    else if (type === 'PLTE') palette = data;
    else if (type === 'tRNS') transparency = data;
    else if (type === 'eXIf') exif = data;
    else if (type === 'IDAT') streams.push(data);
    else if (type === 'acTL') throw unsupported('the file is an animation (APNG)', where);
    else if (type !== 'IEND' && isCritical(type))
      throw unsupported(`unknown critical chunk "${type}"`, where);
  }
  if (header === undefined) throw headerMissing(where);
  const [only, ...more] = streams;
  if (only === undefined) {
    throw corrupt('the PNG has no image data', where);
  }
  return { header, palette, transparency, exif, stream: more.length === 0 ? only : Buffer.concat(streams) };
}

/**
 * Chunk by chunk up to and including IEND; what follows IEND is ignored, as every PNG reader does.
 *
 * @param isWhole whether these are all bytes of the file; of a part the last chunk that is whole is the last.
 */
function* chunks(
  bytes: Uint8Array,
  where: string,
  isWhole = true,
): Generator<{ type: string; data: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = SIGNATURE.length;
  for (;;) {
    const end = at + 12 > bytes.length ? Infinity : at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) {
      if (!isWhole && at > SIGNATURE.length) return;
      throw truncated(where, bytes.length);
    }
    const type = String.fromCharCode(
      view.getUint8(at + 4),
      view.getUint8(at + 5),
      view.getUint8(at + 6),
      view.getUint8(at + 7),
    );
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new ImageFault(
        'CRC',
        `the checksum of PNG chunk ${JSON.stringify(type)} at byte ${at} is wrong: the file is damaged`,
        where,
        'Copy or export it again',
      );
    }
    yield { type, data: bytes.subarray(at + 8, end) };
    if (type === 'IEND') return;
    at = end + 4;
  }
}

/** Bit 5 of the first letter (its case) tells critical from ancillary chunks. */
const isCritical = (type: string): boolean => (type.charCodeAt(0) & 0x20) === 0;

const truncated = (where: string, length: number): ImageFault =>
  new ImageFault(
    'TRUNCATED',
    `the PNG ends at byte ${length}, inside a chunk or before its end marker`,
    where,
    'Copy or export it again',
  );

const headerMissing = (where: string): ImageFault =>
  corrupt('the PNG does not begin with its header chunk', where);

const unsupported = (text: string, where: string): ImageFault =>
  new ImageFault('UNSUPPORTED', text, where, 'Save it as a plain grayscale PNG');
