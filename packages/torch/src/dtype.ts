/** Element types: torch's names, ScalarType codes and the typed arrays that hold them. */

export type DType =
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'bfloat16';

/** Typed arrays that cross to tensors without conversion; float16 and bfloat16 travel as their 16 bits. */
export type TypedArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

interface DTypeInfo {
  code: number;
  bytes: number;
  floating: boolean;
  view: (buffer: ArrayBuffer) => TypedArray;
}

const DTYPES: Record<DType, DTypeInfo> = {
  uint8: { code: 0, bytes: 1, floating: false, view: (b) => new Uint8Array(b) },
  int8: { code: 1, bytes: 1, floating: false, view: (b) => new Int8Array(b) },
  int16: { code: 2, bytes: 2, floating: false, view: (b) => new Int16Array(b) },
  int32: { code: 3, bytes: 4, floating: false, view: (b) => new Int32Array(b) },
  int64: { code: 4, bytes: 8, floating: false, view: (b) => new BigInt64Array(b) },
  float16: { code: 5, bytes: 2, floating: true, view: (b) => new Uint16Array(b) },
  float32: { code: 6, bytes: 4, floating: true, view: (b) => new Float32Array(b) },
  float64: { code: 7, bytes: 8, floating: true, view: (b) => new Float64Array(b) },
  bool: { code: 11, bytes: 1, floating: false, view: (b) => new Uint8Array(b) },
  bfloat16: { code: 15, bytes: 2, floating: true, view: (b) => new Uint16Array(b) },
};

const BY_CODE = new Map<number, DType>();
for (const name of Object.keys(DTYPES) as DType[]) BY_CODE.set(DTYPES[name].code, name);

/** Whether `name` is an element type that tensors here can have. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(DTYPES, name);
}

export function dtypeInfo(dtype: DType): DTypeInfo {
  return DTYPES[dtype];
}

/** torch's ScalarType number, for operators that take a dtype; `undefined` stays the operator's default. */
export function dtypeCode(dtype: DType): number;
export function dtypeCode(dtype: DType | undefined): number | undefined;
export function dtypeCode(dtype: DType | undefined): number | undefined {
  return dtype === undefined ? undefined : DTYPES[dtype].code;
}

/** The name of a ScalarType number. @throws RangeError for element types that cannot be held here. */
export function dtypeName(code: number): DType {
  const name = BY_CODE.get(code);
  if (name === undefined) throw new RangeError(`tensors of ScalarType ${code} are not supported`);
  return name;
}

/** The element type a typed array holds when nothing else is said. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  throw new TypeError('a Uint16Array holds float16 or bfloat16 bits: say which with the dtype option');
}

/** Memory formats as torch numbers them. */
export const MEMORY_FORMAT = { contiguous: 0, preserve: 1, channelsLast: 2 } as const;
export type MemoryFormat = keyof typeof MEMORY_FORMAT;
