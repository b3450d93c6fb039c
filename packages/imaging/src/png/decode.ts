import { sampleRange } from '../range.ts';
import type { Scratch } from '../scratch.ts';
import { type DecodedSlice, grayImage, type SliceShape } from '../slice.ts';
import { readPngHeader, readPngParts } from './chunks.ts';
import { toGray } from './gray.ts';
import { inflate } from './inflate.ts';
import { readSamples, streamLength } from './samples.ts';

/** Width, height and bit depth after decoding, from the first 33 bytes or more. */
export function pngShape(bytes: Uint8Array, where: string): SliceShape {
  const { width, height, bits } = readPngHeader(bytes, where);
  return { width, height, bitDepth: bits === 16 ? 16 : 8 };
}

/**
 * Decodes a PNG to gray pixels: all bit depths, colour types and interlacing of the PNG specification
 * (third edition). Checks every chunk's CRC and the stream's Adler-32.
 *
 * @param memory where the pixels may lie; default: memory of their own.
 * @throws ImageFault for anything damaged or not gray.
 */
export function decodePng(bytes: Uint8Array, where: string, memory?: Scratch): DecodedSlice {
  const parts = readPngParts(bytes, where);
  const { header } = parts;
  const raw = inflate(parts.stream, streamLength(header), where);
  const { pixels, colour } = toGray(readSamples(raw, header, where, memory), parts, where);
  return { ...grayImage(header.width, header.height, pixels), colour, ...sampleRange(pixels) };
}
