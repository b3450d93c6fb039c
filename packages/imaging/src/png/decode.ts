import { inflateSync } from 'node:zlib';
import { ImageFault } from '../fault.ts';
import { sampleRange } from '../range.ts';
import { type DecodedSlice, grayImage, type SliceShape } from '../slice.ts';
import { readPngHeader, readPngParts } from './chunks.ts';
import { toGray } from './gray.ts';
import { readSamples, streamLength } from './samples.ts';

/** Deflate cannot expand more than this (1 bit of a run of 258 bytes at best, RFC 1951). */
const MAX_EXPANSION = 1032;

/** Width, height and bit depth after decoding, from the first 33 bytes or more. */
export function pngShape(bytes: Uint8Array, place: string): SliceShape {
  const { width, height, bits } = readPngHeader(bytes, place);
  return { width, height, bitDepth: bits === 16 ? 16 : 8 };
}

/**
 * Decodes a PNG to gray pixels: all bit depths, colour types and interlacing of the PNG specification
 * (third edition). Checks every chunk's CRC and the stream's Adler-32.
 *
 * @throws ImageFault for anything damaged or not gray.
 */
export function decodePng(bytes: Uint8Array, place: string): DecodedSlice {
  const parts = readPngParts(bytes, place);
  const { header } = parts;
  const raw = inflate(parts.stream, streamLength(header), place);
  const { pixels, colour } = toGray(readSamples(raw, header, place), parts, place);
  return { ...grayImage(header.width, header.height, pixels), colour, ...sampleRange(pixels) };
}

function inflate(stream: Uint8Array, length: number, place: string): Uint8Array {
  // Refused before anything is allocated: a few bytes must not make us reserve half a gigabyte.
  if (length > (stream.length + 1) * MAX_EXPANSION) throw incomplete(place);
  const raw = attemptInflate(stream, length, place);
  if (raw.length < length) throw incomplete(place);
  // A plain view: the row filters run faster when every array they meet has the same hidden class.
  return new Uint8Array(raw.buffer, raw.byteOffset, length);
}

function attemptInflate(stream: Uint8Array, length: number, place: string): Buffer {
  try {
    return inflateSync(stream, { chunkSize: length + 64, maxOutputLength: length });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR') throw incomplete(place);
    const text =
      code === 'ERR_BUFFER_TOO_LARGE'
        ? 'the image data is longer than the header says'
        : `the image data cannot be inflated (${error instanceof Error ? error.message : String(error)})`;
    throw new ImageFault({ code: 'CORRUPT', text, place, remedy: 'Copy or export the image again' });
  }
}

const incomplete = (place: string): ImageFault =>
  new ImageFault({
    code: 'TRUNCATED',
    text: 'the image data ends before the last row',
    place,
    remedy: 'Copy or export the image again',
  });
