import { native } from '@radweave/native';
import { type DType, dtypeCode, dtypeInfo, dtypeOf, type TypedArray } from './dtype.ts';
import type { Arg } from './operator.ts';
import { tidy } from './scope.ts';
import { dispatch, fromHandle, type NestedArray, type Tensor } from './tensor.ts';

/** Options of the functions that make tensors. Floats are float32 unless `dtype` says otherwise. */
export interface CreateOptions {
  dtype?: DType;
  device?: string;
  requiresGrad?: boolean;
}

function finish(tensor: Tensor, options: CreateOptions): Tensor {
  if (options.requiresGrad === true) tensor.requiresGrad = true;
  return tensor;
}

function make(name: string, leading: readonly Arg[], options: CreateOptions, dtype: DType): Tensor {
  const { device = 'cpu' } = options;
  return finish(dispatch(name, ...leading, dtypeCode(options.dtype ?? dtype), null, device), options);
}

/** A tensor with a copy of a typed array's elements; `dtype` may name the meaning of raw 16-bit data. */
export function fromTypedArray(
  data: TypedArray,
  shape: readonly number[] = [data.length],
  options: CreateOptions = {},
): Tensor {
  const code = dtypeCode(options.dtype ?? dtypeOf(data));
  return finish(
    tidy(() => place(fromHandle(native().fromBytes(data, shape, code)), options)),
    options,
  );
}

/** A tensor with the given little-endian bytes, such as those of a checkpoint. */
export function fromBytes(bytes: Uint8Array, shape: readonly number[], dtype: DType): Tensor {
  return fromHandle(native().fromBytes(bytes, shape, dtypeCode(dtype)));
}

/**
 * A tensor from nested arrays: float32 for numbers, int64 for bigints, bool for booleans, unless `dtype` is given.
 *
 * @throws RangeError when the arrays are ragged.
 */
export function tensor(data: NestedArray, options: CreateOptions = {}): Tensor {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
  }
  const flat: (number | bigint | boolean)[] = [];
  flatten(data, shape, 0, flat);
  return finish(
    tidy(() => place(natural(flat, shape, options.dtype), options)),
    options,
  );
}

function natural(
  flat: readonly (number | bigint | boolean)[],
  shape: readonly number[],
  dtype?: DType,
): Tensor {
  const [first] = flat;
  if (typeof first === 'bigint') {
    return as(fromTypedArray(BigInt64Array.from(flat, BigInt), shape), dtype ?? 'int64');
  }
  if (typeof first === 'boolean') {
    return as(fromTypedArray(Uint8Array.from(flat, Number), shape, { dtype: 'bool' }), dtype ?? 'bool');
  }
  // By way of float64, so that float64 and int64 keep every digit a number has.
  return as(fromTypedArray(Float64Array.from(flat, Number), shape), dtype ?? 'float32');
}

function as(made: Tensor, dtype: DType): Tensor {
  return made.dtype === dtype ? made : made.to(dtype);
}

function flatten(
  data: NestedArray,
  shape: readonly number[],
  dim: number,
  into: (number | bigint | boolean)[],
): void {
  const size = shape[dim];
  if (!Array.isArray(data)) {
    if (size !== undefined) throw new RangeError('the nested arrays are ragged');
    into.push(data);
    return;
  }
  if (data.length !== size) throw new RangeError('the nested arrays are ragged');
  for (const item of data) flatten(item, shape, dim + 1, into);
}

function place(made: Tensor, options: CreateOptions): Tensor {
  const { device = 'cpu' } = options;
  if (device === 'cpu') return made;
  const bytes = made.numel * dtypeInfo(made.dtype).bytes;
  return device.startsWith('cuda') && bytes <= LARGEST_PINNED
    ? launched(made, device)
    : made.toDevice(device);
}

/** Bytes up to which an upload goes through page-locked memory, which the engine keeps for the next. */
const LARGEST_PINNED = 1 << 26;

/** A copy to the device that comes in its turn there; nobody waits for it, nor for what the device does before. */
function launched(made: Tensor, device: string): Tensor {
  const NOT_WAITED_FOR = true;
  return dispatch('to.device', dispatch('pin_memory', made), device, dtypeCode(made.dtype), NOT_WAITED_FOR);
}

export function zeros(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return make('zeros', [shape], options, 'float32');
}

export function ones(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return make('ones', [shape], options, 'float32');
}

export function full(shape: readonly number[], value: number, options: CreateOptions = {}): Tensor {
  return make('full', [shape, value], options, 'float32');
}

/** Memory as it comes. */
export function empty(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return make('empty.memory_format', [shape], options, 'float32');
}

export function zerosLike(like: Tensor): Tensor {
  return dispatch('zeros_like', like);
}

export function emptyLike(like: Tensor): Tensor {
  return dispatch('empty_like', like);
}

/** start, start + step, … below end; int64 for whole numbers unless `dtype` is given. */
export function arange(end: number, start = 0, step = 1, options: CreateOptions = {}): Tensor {
  const whole = [end, start, step].every(Number.isInteger);
  return make('arange.start_step', [start, end, step], options, whole ? 'int64' : 'float32');
}

/** Uniform on [0, 1). */
export function rand(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return make('rand', [shape], options, 'float32');
}

/** Standard normal. */
export function randn(shape: readonly number[], options: CreateOptions = {}): Tensor {
  return make('randn', [shape], options, 'float32');
}

/** Whole numbers from [low, high). */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options: CreateOptions = {},
): Tensor {
  return make('randint.low', [low, high, shape], options, 'int64');
}

/** A random order of 0 … n − 1. */
export function randperm(n: number, options: CreateOptions = {}): Tensor {
  return make('randperm', [n], options, 'int64');
}
