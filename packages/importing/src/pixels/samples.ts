import { endianness } from 'node:os';
import { sampleRange } from '@radweave/imaging';
import type { PixelFormat } from './format.ts';

/** Samples as they are stored, (height, width, samples), before any rescaling. */
export type Samples =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** An image without compression. */
export interface StoredFrame {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly pixels: Samples;
}

/** Makes numbers of the bytes of a frame, {@link PixelFormat.bitsAllocated} of 8, 16 or 32: those of 16 may lie where the bytes do. */
export function integers(bytes: Uint8Array, format: PixelFormat, littleEndian: boolean): Samples {
  const { bitsAllocated, bitsStored, highBit, signed } = format;
  if (bitsAllocated === 16) return words(bytes, format, littleEndian);
  const size = bitsAllocated / 8;
  const count = bytes.length / size;
  const out = integerArray(bitsAllocated, signed, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Bits above and below those stored are not part of the value: old files keep overlays there.
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  for (let i = 0; i < count; i++) {
    const raw = rawAt(view, i * size, size, littleEndian) << left;
    out[i] = signed ? raw >> right : raw >>> right;
  }
  return out;
}

/** Most images are of 16 bits: their bytes are the numbers, which are copied only for their order and for bits that are not stored. */
function words(
  bytes: Uint8Array,
  { bitsStored, highBit, signed }: PixelFormat,
  littleEndian: boolean,
): Samples {
  const needsCopy = bytes.byteOffset % 2 !== 0 || littleEndian !== (endianness() === 'LE');
  const place = needsCopy ? inOrder(bytes, littleEndian) : bytes;
  const stored = new Uint16Array(place.buffer, place.byteOffset, bytes.length >> 1);
  const all = signed ? new Int16Array(place.buffer, place.byteOffset, stored.length) : stored;
  const lowest = highBit === bitsStored - 1;
  const isWhole = bitsStored === 16 || (!signed && lowest && sampleRange(stored).max < 2 ** bitsStored);
  if (isWhole) return all;
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  return all.map((word) => (signed ? (word << left) >> right : (word << left) >>> right));
}

/** A copy in this computer's order, of these bytes alone: a Buffer is a part of larger memory, and its slice no copy. */
function inOrder(bytes: Uint8Array, littleEndian: boolean): Uint8Array {
  const copy = Buffer.from(new Uint8Array(bytes).buffer);
  return littleEndian === (endianness() === 'LE') ? copy : copy.swap16();
}

function rawAt(view: DataView, at: number, size: number, littleEndian: boolean): number {
  return size === 1 ? view.getUint8(at) : view.getUint32(at, littleEndian);
}

function integerArray(bits: number, signed: boolean, length: number): Samples {
  if (bits === 8) return signed ? new Int8Array(length) : new Uint8Array(length);
  return signed ? new Int32Array(length) : new Uint32Array(length);
}

/** Pixels of one bit each, the first one in the lowest bit, from a bit on. */
export function bits(bytes: Uint8Array, from: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => {
    const bit = from + i;
    return ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;
  });
}

/** Pixels of floating-point numbers, of 32 or 64 bits. */
export function floats(bytes: Uint8Array, size: 4 | 8, littleEndian: boolean): Float32Array | Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length / size;
  return size === 4
    ? Float32Array.from({ length }, (_, i) => view.getFloat32(i * 4, littleEndian))
    : Float64Array.from({ length }, (_, i) => view.getFloat64(i * 8, littleEndian));
}

/** Colours that lie in planes, put beside each other. */
export function interleaved(planes: Samples, samples: number): Samples {
  const out = planes.slice();
  const pixels = planes.length / samples;
  for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < pixels; i++) out[i * samples + sample] = planes[sample * pixels + i] ?? 0;
  }
  return out;
}
