import { writeFileAtomic } from '../atomic.ts';
import { elementCount, type NpyArray } from './npy-types.ts';

/** numpy leaves room for the first axis to grow to this many digits when a file is appended to. */
const GROWTH_DIGITS = 21;
const ALIGNMENT = 64;

function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/**
 * The bytes of a `.npy` file of float32, version 1.0, C order, little endian: byte for byte what `numpy.save` (1.23 and later)
 * writes. Layout: numpy/lib/format.py, NEP 1.
 *
 * @throws RangeError when shape and data disagree.
 */
export function encodeNpy({ shape, data }: NpyArray<Float32Array>): Uint8Array {
  if (elementCount(shape) !== data.length) {
    throw new RangeError(`shape [${shape}] has ${elementCount(shape)} elements, the data has ${data.length}`);
  }
  const fields = `{'descr': '<f4', 'fortran_order': False, 'shape': ${formatShape(shape)}, }`;
  const growth = shape.length > 0 ? GROWTH_DIGITS - String(shape[0]).length : 0;
  const unpadded = 10 + fields.length + growth + 1;
  const length = unpadded + ((ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT);
  const file = new Uint8Array(length + data.byteLength);
  const preamble = Buffer.alloc(length, ' ');
  preamble.write('\x93NUMPY\x01\x00', 'latin1');
  preamble.writeUInt16LE(length - 10, 8);
  preamble.write(fields, 10, 'latin1');
  preamble.write('\n', length - 1, 'latin1');
  file.set(preamble);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return file;
}

/** Writes a `.npy` file atomically. */
export function writeNpy(path: string, array: NpyArray<Float32Array>): void {
  writeFileAtomic(path, encodeNpy(array));
}
