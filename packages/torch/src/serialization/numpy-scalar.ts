import { PyComplex } from './python-values.ts';

/** A numpy dtype inside a pickle; numpy sends its byte order afterwards as state. */
export class NumpyDType {
  readonly code: string;
  littleEndian = true;

  constructor(code: string) {
    this.code = code;
  }
}

function half(bits: number): number {
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

type Decode = (view: DataView, little: boolean) => unknown;

const integer = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

const DECODERS: Record<string, { bytes: number; decode: Decode }> = {
  b1: { bytes: 1, decode: (v) => v.getUint8(0) !== 0 },
  i1: { bytes: 1, decode: (v) => v.getInt8(0) },
  u1: { bytes: 1, decode: (v) => v.getUint8(0) },
  i2: { bytes: 2, decode: (v, little) => v.getInt16(0, little) },
  u2: { bytes: 2, decode: (v, little) => v.getUint16(0, little) },
  i4: { bytes: 4, decode: (v, little) => v.getInt32(0, little) },
  u4: { bytes: 4, decode: (v, little) => v.getUint32(0, little) },
  i8: { bytes: 8, decode: (v, little) => integer(v.getBigInt64(0, little)) },
  u8: { bytes: 8, decode: (v, little) => integer(v.getBigUint64(0, little)) },
  f2: { bytes: 2, decode: (v, little) => half(v.getUint16(0, little)) },
  f4: { bytes: 4, decode: (v, little) => v.getFloat32(0, little) },
  f8: { bytes: 8, decode: (v, little) => v.getFloat64(0, little) },
  c8: { bytes: 8, decode: (v, little) => new PyComplex(v.getFloat32(0, little), v.getFloat32(4, little)) },
  c16: { bytes: 16, decode: (v, little) => new PyComplex(v.getFloat64(0, little), v.getFloat64(8, little)) },
};

/**
 * The value of a numpy scalar.
 *
 * @returns a number, a bigint beyond 2^53, a boolean or a {@link PyComplex}; undefined for dtypes that are not
 * numbers and for a wrong number of bytes.
 */
export function numpyScalar(dtype: NumpyDType, bytes: Uint8Array): unknown {
  if (!Object.hasOwn(DECODERS, dtype.code)) return undefined;
  const decoder = DECODERS[dtype.code];
  if (decoder?.bytes !== bytes.byteLength) return undefined;
  return decoder.decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), dtype.littleEndian);
}
