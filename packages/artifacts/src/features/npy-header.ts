import { DataError } from '../errors.ts';
import type { NpyHeader } from './npy-types.ts';

/** `E_NPY`: the file is not a `.npy` that can be read. */
export function npyError(file: string, what: string): DataError {
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
export function parseNpyHeader(bytes: Buffer, file: string): { header: NpyHeader; offset: number } {
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
