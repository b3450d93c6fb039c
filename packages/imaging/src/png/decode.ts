import { exifOrientation, seenSize, turned } from '../orientation.ts';
import { sampleRange } from '../range.ts';
import type { Scratch } from '../scratch.ts';
import { type DecodedSlice, grayImage, type SliceShape } from '../slice.ts';
import { type PngParts, readPngHeader, readPngParts } from './chunks.ts';
import { spread, toGray } from './gray.ts';
import { PALETTE } from './header.ts';
import { inflate } from './inflate.ts';
import { readSamples, streamLength } from './samples.ts';

/** Width, height and bit depth after decoding, from the first 33 bytes or more. */
export function pngShape(bytes: Uint8Array, where: string): SliceShape {
  const { header, exif } = readPngHeader(bytes, where);
  return { ...seenSize(header, orientationOf(exif)), bitDepth: header.bits === 16 ? 16 : 8 };
}

/**
 * Decodes a PNG to gray pixels: all bit depths, colour types and interlacing of the PNG specification
 * (third edition), turned as EXIF asks for. Checks every chunk's CRC and the stream's Adler-32.
 *
 * @param memory where the pixels may lie; default: memory of their own.
 * @throws ImageFault for anything damaged or not gray.
 */
export function decodePng(bytes: Uint8Array, where: string, memory?: Scratch): DecodedSlice {
  const parts = readPngParts(bytes, where);
  const { header } = parts;
  const raw = inflate(parts.stream, streamLength(header), where);
  const { pixels: stored, colour } = toGray(readSamples(raw, header, where, memory), parts, where);
  const orientation = orientationOf(parts.exif);
  const pixels = turned(stored, header, orientation);
  const { width, height } = seenSize(header, orientation);
  return { ...grayImage(width, height, pixels), colour, ...sampleRange(pixels) };
}

function orientationOf(exif: Uint8Array | undefined): number {
  return exif === undefined ? 1 : exifOrientation(exif);
}

/** What a PNG holds, in colour where it is in colour. */
export interface PngSamples {
  readonly width: number;
  readonly height: number;
  /** Of the file; samples of fewer than 8 are spread to 0…255, indices of a palette are not. */
  readonly bits: number;
  readonly channels: number;
  /** Red, green and blue of each entry; empty where there is no palette. */
  readonly palette: readonly [number, number, number][];
  readonly transparency: PngParts['transparency'];
  /** How EXIF asks to turn it; the samples are as they are stored. */
  readonly orientation: number;
  /** Decodes (height, width, channels) samples. @throws ImageFault for damaged ones. */
  readonly read: () => Uint8Array | Uint16Array;
}

/** Reads a PNG as it is, without asking for gray. @throws ImageFault for a damaged one. */
export function pngSamples(bytes: Uint8Array): PngSamples {
  const where = 'the file';
  const parts = readPngParts(bytes, where);
  const { width, height, bits, channels, colourType } = parts.header;
  const { transparency, header, palette: all = new Uint8Array() } = parts;
  const entries = colourType === PALETTE ? Math.floor(all.length / 3) : 0;
  const palette = Array.from({ length: entries }, (_, i): [number, number, number] => [
    all[3 * i] as number,
    all[3 * i + 1] as number,
    all[3 * i + 2] as number,
  ]);
  const read = (): Uint8Array | Uint16Array => {
    const samples = readSamples(inflate(parts.stream, streamLength(header), where), header, where);
    if (colourType !== PALETTE) spread(samples, bits);
    return samples;
  };
  const orientation = orientationOf(parts.exif);
  return { width, height, bits, channels, palette, transparency, orientation, read };
}
