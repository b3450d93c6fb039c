import { inflateRawSync } from 'node:zlib';
import type { DicomFile } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { requireGrowth } from '../files/growth.ts';
import { type Decompressed, decompress } from './codecs.ts';
import type { PixelFormat } from './format.ts';
import { decodeRle } from './rle.ts';
import { bits, floats, integers, interleaved, type Samples, type StoredFrame } from './samples.ts';

/**
 * Decodes one frame of an image.
 *
 * @param index From 0.
 * @param ms After so long a decoder is given up; without it, after a time that suits the size.
 * @throws FileFault when the pixels are missing, cut off or damaged.
 */
export function decodeFrame(file: DicomFile, format: PixelFormat, index: number, ms?: number): StoredFrame {
  const { columns: width, rows: height, samples } = format;
  const pixels = samplesOf(file, format, index, ms);
  const expected = width * height * samples;
  if (pixels.length !== expected) throw new FileFault(`samples: ${pixels.length} instead of ${expected}`);
  return { width, height, samples, pixels };
}

function samplesOf(file: DicomFile, format: PixelFormat, index: number, ms?: number): Samples {
  const { dataset, syntax } = file;
  const fragments = dataset.elements.get(TAG.pixels)?.fragments;
  if (fragments === undefined) return nativeSamples(file, format, index);
  const bytes = joined(fragmentsOf(file, fragments, format.frames, index));
  requireGrowth(bytes.length, frameBytes(format));
  switch (syntax.compression) {
    case 'native':
      return plainSamples(bytes, format);
    case 'deflated':
      return plainSamples(inflated(bytes, frameBytes(format)), format);
    case 'rle':
      return rleSamples(bytes, format);
    default:
      return decompressedSamples(
        decompress(bytes, syntax.compression, format, ms),
        format,
        syntax.lossy === true,
      );
  }
}

/** Bytes of a frame without compression; one of single bits may begin within a byte. */
function nativeSamples({ dataset, syntax }: DicomFile, format: PixelFormat, index: number): Samples {
  const { littleEndian } = syntax.encoding;
  const count = format.rows * format.columns * format.samples;
  const real = dataset.value(TAG.floatPixels) ?? dataset.value(TAG.doublePixels);
  const words = dataset.elements.get(TAG.pixels)?.vr === 'OW' && format.bitsAllocated === 8 && !littleEndian;
  const pixels = dataset.value(TAG.pixels);
  const value = pixels !== undefined && words ? swapped(pixels) : (pixels ?? real);
  if (value === undefined) throw new FileFault('the file holds no pixels');
  if (syntax.compression !== 'native') throw new FileFault(`${syntax.name} pixels are not in pieces`);
  const length = (count * format.bitsAllocated) / 8;
  if (value.length < Math.floor(length * (index + 1))) {
    throw new FileFault(
      `the pixels end at byte ${value.length}, within frame ${index + 1}, which takes ${length}`,
    );
  }
  if (format.bitsAllocated === 1) return bits(value, count * index, count);
  const bytes = value.subarray(length * index, length * (index + 1));
  if (pixels !== undefined && format.bitsAllocated === 64)
    throw new FileFault('integers of 64 bits are not read');
  if (pixels === undefined) return floats(bytes, format.bitsAllocated === 64 ? 8 : 4, littleEndian);
  return laidOut(integers(bytes, format, littleEndian), format);
}

/** Bytes of a frame, to a whole one. */
function frameBytes({ rows, columns, samples, bitsAllocated }: PixelFormat): number {
  return Math.ceil((rows * columns * samples * bitsAllocated) / 8);
}

/** The samples of one frame that lies alone in its bytes. */
function plainSamples(bytes: Uint8Array, format: PixelFormat): Samples {
  const length = frameBytes(format);
  if (bytes.length < length) throw new FileFault(`bytes of a frame: ${bytes.length} instead of ${length}`);
  if (format.bitsAllocated === 1) return bits(bytes, 0, format.rows * format.columns);
  return laidOut(integers(bytes.subarray(0, length), format, true), format);
}

/** @param most What comes out of it, a padding byte excepted. */
function inflated(bytes: Uint8Array, most: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: most + 1 });
  } catch (error) {
    throw new FileFault(`a deflated frame is damaged: ${error instanceof Error ? error.message : error}`);
  }
}

/** Samples of one byte that a big-endian file keeps in words of two stand in pairs, the second one first. */
function swapped(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; i + 1 < out.length; i += 2) out.set([bytes[i + 1] ?? 0, bytes[i] ?? 0], i);
  return out;
}

function rleSamples(bytes: Uint8Array, format: PixelFormat): Samples {
  const { rows, columns, samples, bitsAllocated } = format;
  if (bitsAllocated === 1) {
    const packed = decodeRle(bytes, Math.ceil((rows * columns) / 8), 1, 1);
    return bits(packed, 0, rows * columns);
  }
  const size = bitsAllocated / 8;
  const planes = decodeRle(bytes, rows * columns, samples * size, size);
  const all = integers(planes, format, true);
  return samples === 1 ? all : interleaved(all, samples);
}

/**
 * What the stream itself says counts: headers are wrong about bits and signs more often than pixels are. Bits beyond those stored
 * are no part of a value where the stream keeps each bit; a lossy one, whose bits may be more, gives whole values, some of which
 * lie a little beyond those that were compressed: cut off, the brightest pixel would be black.
 */
function decompressedSamples(image: Decompressed, format: PixelFormat, lossy: boolean): Samples {
  const { signed, planar } = image;
  // Pixels of one bit come out as bytes.
  const bitsAllocated = Math.max(8, image.bitsAllocated);
  const own = {
    ...format,
    bitsAllocated,
    bitsStored: Math.min(lossy ? image.bitsStored : format.bitsStored, bitsAllocated),
    signed,
    planar,
  };
  return laidOut(integers(image.bytes, { ...own, highBit: own.bitsStored - 1 }, true), own);
}

function laidOut(all: Samples, { samples, planar }: PixelFormat): Samples {
  return planar && samples > 1 ? interleaved(all, samples) : all;
}

/** The pieces of one frame (PS3.5, A.4): by the table of offsets, or one piece a frame. */
function fragmentsOf(file: DicomFile, all: Uint8Array[], frames: number, index: number): Uint8Array[] {
  const [table, ...pieces] = all;
  if (pieces.length === 0) throw new FileFault('the file holds no pieces of pixels');
  if (frames === 1) return pieces;
  if (pieces.length === frames) return pieces.slice(index, index + 1);
  const offsets = offsetsOf(file, table);
  if (offsets.length < frames) {
    throw new FileFault(
      `pieces of pixels: ${pieces.length}, frames: ${frames}, and no table says which is whose`,
    );
  }
  const from = offsets[index] ?? 0;
  const to = offsets[index + 1] ?? Infinity;
  let at = 0;
  return pieces.filter((piece) => {
    const start = at;
    at += 8 + piece.length;
    return start >= from && start < to;
  });
}

function offsetsOf({ dataset }: DicomFile, table: Uint8Array | undefined): number[] {
  const extended = dataset.value(TAG.extendedOffsets);
  const bytes = extended ?? table;
  if (bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return extended === undefined
    ? Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getUint32(4 * i, true))
    : Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => Number(view.getBigUint64(8 * i, true)));
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}
