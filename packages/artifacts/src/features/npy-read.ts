import { counted } from '@radweave/remarks';
import { DataError } from '../errors.ts';
import { readBytes } from '../text.ts';
import { elementCount, type NpyArray, type NpyData, type NpyHeader } from './npy-types.ts';

/** `E_NPY`: the file is not a `.npy` that can be read. */
function npyError(file: string, what: string): DataError {
  return new DataError('E_NPY', what, { where: file, hint: 'Extract the features again' });
}

/** numpy's own limit. */
const MOST_DIMENSIONS = 64;

/**
 * Reads the header of a `.npy` file (versions 1.0, 2.0 and 3.0; numpy/lib/format.py).
 *
 * @returns the header and the offset of the data.
 * @throws DataError `E_NPY`.
 */
function parseNpyHeader(bytes: Buffer, file: string): { header: NpyHeader; offset: number } {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY') {
    throw npyError(file, 'this is not a .npy file');
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw npyError(file, `.npy version ${version} is not known`);
  const start = version === 1 ? 10 : 12;
  const offset = start + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (offset > bytes.length) throw npyError(file, 'the file ends inside its header');
  const text = bytes.toString(version === 3 ? 'utf8' : 'latin1', start, offset);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw npyError(file, `the header cannot be read: ${text.trim().slice(0, 200)}`);
  }
  const sizes = shape.match(/\d+/g) ?? [];
  if (sizes.length > MOST_DIMENSIONS) throw npyError(file, `an array of ${sizes.length} dimensions`);
  return { header: { descr, fortranOrder: order === 'True', shape: sizes.map(Number) }, offset };
}

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
 * Decodes a `.npy` file of floats, in either byte order and either memory order.
 *
 * @param file Named in errors.
 * @throws DataError `E_NPY` when it is no `.npy`, is cut off, or holds anything else.
 */
export function decodeNpy(bytes: Buffer, file: string): NpyArray {
  const { header, offset } = parseNpyHeader(bytes, file);
  const [, order, type = ''] = /^([<>=])(f\d)$/.exec(header.descr) ?? [];
  const read = readers[type];
  if (read === undefined)
    throw npyError(file, `elements of type '${header.descr}' cannot be read, features are floats`);
  const size = Number(type.slice(1));
  const expected = elementCount(header.shape) * size;
  if (bytes.length - offset !== expected) {
    throw npyError(
      file,
      `shape (${header.shape.join(', ')}) needs ${counted(expected, 'byte')}, found ${bytes.length - offset}`,
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
  if (shape.length !== 2) {
    throw npyError(path, `features must be of shape (slices, dims), found shape (${shape.join(', ')})`);
  }
  if (!data.every(Number.isFinite)) throw npyError(path, 'the features hold NaN or infinite values');
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}
