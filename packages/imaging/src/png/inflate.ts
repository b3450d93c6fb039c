import { inflateSync } from 'node:zlib';
import { type Inflate, libdeflate } from '@radweave/native/inflate';
import { ImageFault } from '../fault.ts';
import { Scratch } from '../scratch.ts';

/** Deflate cannot expand more than this (1 bit of a run of 258 bytes at best, RFC 1951). */
const MAX_EXPANSION = 1032;

/** What a small file may unpack to; the largest mammograms, of 48 MB, have files of 10 MB and more. */
const SMALL = 32 * 1024 * 1024;
const MOST_TIMES = 4;

const scratch = new Scratch();

/**
 * Inflates an image's zlib stream, whose Adler-32 is checked.
 *
 * @param length how many bytes it must give.
 * @param quick tried first; what it refuses zlib decides, and names the fault. Null: zlib alone.
 * @returns `length` bytes, valid until the next call.
 * @throws ImageFault `TRUNCATED`, `TOO_LARGE`, or `CORRUPT` for a damaged stream and for one that gives more.
 */
export function inflate(
  stream: Uint8Array,
  length: number,
  where: string,
  quick: Inflate | null = libdeflate(),
): Uint8Array {
  // Refused before anything is allocated: a few bytes must not make us reserve half a gigabyte.
  if (length > (stream.length + 1) * MAX_EXPANSION) throw incomplete(where);
  if (length > SMALL + MOST_TIMES * stream.length) throw tooLarge(stream.length, length, where);
  if (quick !== null) {
    const out = scratch.take(length);
    if (quick(stream, out) === length) return out;
  }
  const raw = attemptInflate(stream, length, where);
  if (raw.length < length) throw incomplete(where);
  // A plain view: the row filters run faster when every array they meet has the same hidden class.
  return new Uint8Array(raw.buffer, raw.byteOffset, length);
}

function attemptInflate(stream: Uint8Array, length: number, where: string): Buffer {
  try {
    return inflateSync(stream, { chunkSize: length + 64, maxOutputLength: length });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR') throw incomplete(where);
    const text =
      code === 'ERR_BUFFER_TOO_LARGE'
        ? 'the image data is longer than the header says'
        : `the image data cannot be inflated (${error instanceof Error ? error.message : String(error)})`;
    throw new ImageFault('CORRUPT', text, where, 'Copy or export the image again');
  }
}

const incomplete = (where: string): ImageFault =>
  new ImageFault(
    'TRUNCATED',
    'the image data ends before the last row',
    where,
    'Copy or export the image again',
  );

const tooLarge = (bytes: number, length: number, where: string): ImageFault =>
  new ImageFault(
    'TOO_LARGE',
    `its ${bytes} bytes of image data unpack to ${length}, as no real image does`,
    where,
    'Crop or shrink it, or check that it is not damaged',
  );
