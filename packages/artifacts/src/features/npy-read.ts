import { readBytes } from '../text.ts';
import { npyError, parseNpyHeader } from './npy-header.ts';
import { elementCount, type NpyArray, type NpyData } from './npy-types.ts';

/** IEEE 754 binary16 to a number. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A fresh, aligned, little-endian copy of the data. */
function littleEndian(bytes: Buffer, size: number, swap: boolean): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  if (swap) for (let i = 0; i < copy.length; i += size) copy.subarray(i, i + size).reverse();
  return copy.buffer;
}

const readers: Readonly<Record<string, (buffer: ArrayBuffer) => NpyData>> = {
  f2: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber),
  f4: (buffer) => new Float32Array(buffer),
  f8: (buffer) => new Float64Array(buffer),
  i1: (buffer) => new Int8Array(buffer),
  i2: (buffer) => new Int16Array(buffer),
  i4: (buffer) => new Int32Array(buffer),
  i8: (buffer) => new BigInt64Array(buffer),
  u1: (buffer) => new Uint8Array(buffer),
  u2: (buffer) => new Uint16Array(buffer),
  u4: (buffer) => new Uint32Array(buffer),
  u8: (buffer) => new BigUint64Array(buffer),
  b1: (buffer) => new Uint8Array(buffer),
};

/** Copies elements of `size` bytes from Fortran order (first index fastest) to C order (last index fastest). */
function toCOrder(bytes: Buffer, size: number, shape: readonly number[]): Buffer {
  const out = Buffer.alloc(bytes.length);
  const index = shape.map(() => 0);
  for (let target = 0; target < out.length; target += size) {
    const source = index.reduceRight((offset, at, axis) => offset * (shape[axis] ?? 0) + at, 0) * size;
    bytes.copy(out, target, source, source + size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next < (shape[axis] ?? 0) ? next : 0;
      if (index[axis] !== 0) break;
    }
  }
  return out;
}

/**
 * Decodes a `.npy` file of numbers or booleans, in either byte order and either memory order.
 *
 * @param file Named in errors.
 * @throws DataError `E_NPY` when it is no `.npy`, is cut off, or holds Python objects or records.
 */
export function decodeNpy(bytes: Buffer, file: string): NpyArray {
  const { header, offset } = parseNpyHeader(bytes, file);
  const [, order, type = ''] = /^([<>|=])([fiub]\d)$/.exec(header.descr) ?? [];
  const read = readers[type];
  if (read === undefined) throw npyError(file, `elements of type '${header.descr}' cannot be read`);
  const size = Number(type.slice(1));
  const expected = elementCount(header.shape) * size;
  if (bytes.length - offset !== expected) {
    throw npyError(
      file,
      `shape (${header.shape.join(', ')}) needs ${expected} bytes, found ${bytes.length - offset}`,
    );
  }
  const body = bytes.subarray(offset);
  const ordered = header.fortranOrder ? toCOrder(body, size, header.shape) : body;
  return { shape: header.shape, data: read(littleEndian(ordered, size, order === '>')) };
}

/** Reads a `.npy` file. @throws DataError `E_FILE_MISSING` or as {@link decodeNpy}. */
export function readNpy(path: string): NpyArray {
  return decodeNpy(readBytes(path, 'Extract the features again'), path);
}

/**
 * Reads a patient's features: a float array of shape (slices, dims), as float32.
 *
 * @throws DataError `E_NPY` when the shape or type is another, or a value is not finite.
 */
export function readFeatures(path: string): NpyArray<Float32Array> {
  return decodeFeatures(readBytes(path, 'Extract the features again'), path);
}

/** As {@link readFeatures}, from the bytes of the file. */
export function decodeFeatures(bytes: Buffer, path: string): NpyArray<Float32Array> {
  const { shape, data } = decodeNpy(bytes, path);
  if (shape.length !== 2 || !(data instanceof Float32Array || data instanceof Float64Array)) {
    throw npyError(
      path,
      `features must be floats of shape (slices, dims), found shape (${shape.join(', ')})`,
    );
  }
  if (!data.every(Number.isFinite)) throw npyError(path, 'the features hold NaN or infinite values');
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}
