/** Element types that a checkpoint can hold, under torch's names, whether or not the engine computes with them. */
export type DTypeName =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool'
  | 'complex128'
  | 'complex64'
  | 'complex32'
  | 'float8_e4m3fn'
  | 'float8_e5m2'
  | 'float8_e8m0fnu';

interface ElementType {
  bytes: number;
  /** Whether torch lets such a tensor require a gradient. */
  differentiable: boolean;
  /** Class name of torch's typed storage; absent for the types torch saves as an untyped storage. */
  storage?: string;
  /** Name in a safetensors header; absent where that format has none. */
  safetensors?: string;
}

const TYPES: Record<DTypeName, ElementType> = {
  float64: { bytes: 8, differentiable: true, storage: 'DoubleStorage', safetensors: 'F64' },
  float32: { bytes: 4, differentiable: true, storage: 'FloatStorage', safetensors: 'F32' },
  float16: { bytes: 2, differentiable: true, storage: 'HalfStorage', safetensors: 'F16' },
  bfloat16: { bytes: 2, differentiable: true, storage: 'BFloat16Storage', safetensors: 'BF16' },
  int64: { bytes: 8, differentiable: false, storage: 'LongStorage', safetensors: 'I64' },
  int32: { bytes: 4, differentiable: false, storage: 'IntStorage', safetensors: 'I32' },
  int16: { bytes: 2, differentiable: false, storage: 'ShortStorage', safetensors: 'I16' },
  int8: { bytes: 1, differentiable: false, storage: 'CharStorage', safetensors: 'I8' },
  uint64: { bytes: 8, differentiable: false, safetensors: 'U64' },
  uint32: { bytes: 4, differentiable: false, safetensors: 'U32' },
  uint16: { bytes: 2, differentiable: false, safetensors: 'U16' },
  uint8: { bytes: 1, differentiable: false, storage: 'ByteStorage', safetensors: 'U8' },
  bool: { bytes: 1, differentiable: false, storage: 'BoolStorage', safetensors: 'BOOL' },
  complex128: { bytes: 16, differentiable: true, storage: 'ComplexDoubleStorage' },
  complex64: { bytes: 8, differentiable: true, storage: 'ComplexFloatStorage', safetensors: 'C64' },
  complex32: { bytes: 4, differentiable: true },
  float8_e4m3fn: { bytes: 1, differentiable: true, safetensors: 'F8_E4M3' },
  float8_e5m2: { bytes: 1, differentiable: true, safetensors: 'F8_E5M2' },
  float8_e8m0fnu: { bytes: 1, differentiable: true, safetensors: 'F8_E8M0' },
};

const NAMES = Object.keys(TYPES) as DTypeName[];

function lookup(key: 'storage' | 'safetensors'): ReadonlyMap<string, DTypeName> {
  const names = new Map<string, DTypeName>();
  for (const dtype of NAMES) {
    const name = TYPES[dtype][key];
    if (name !== undefined) names.set(name, dtype);
  }
  return names;
}

/** Storage class name (`FloatStorage`) → element type. */
export const BY_STORAGE: ReadonlyMap<string, DTypeName> = lookup('storage');

/** Safetensors name (`F32`) → element type. */
export const BY_SAFETENSORS: ReadonlyMap<string, DTypeName> = lookup('safetensors');

/** What is known of an element type: its size in bytes and its names in each format. */
export function elementType(dtype: DTypeName): ElementType {
  return TYPES[dtype];
}

/** Whether `name` is torch's name of an element type held here. */
export function isDTypeName(name: string): name is DTypeName {
  return Object.hasOwn(TYPES, name);
}
