import { type Handle, native, type RawResult } from '@radweave/native';
import {
  type DType,
  dtypeCode,
  dtypeInfo,
  dtypeName,
  MEMORY_FORMAT,
  type MemoryFormat,
  type TypedArray,
} from './dtype.ts';
import { naming } from './errors.ts';
import { type Arg, Operator } from './operator.ts';
import { ScopedHandle, tidy } from './scope.ts';

/** A tensor, or a number that stands for one. */
export type TensorOrNumber = Tensor | number;

/** Nested arrays of a tensor's elements. */
export type NestedArray = number | bigint | boolean | NestedArray[];

// Methods without arguments that are the operator of their name: functions of each element, all others.
const OF_ELEMENTS = [
  'neg',
  'abs',
  'exp',
  'log',
  'sqrt',
  'rsqrt',
  'square',
  'reciprocal',
  'sin',
  'erf',
  'sigmoid',
  'relu',
] as const;
const OTHERS = ['clone', 'detach', 'max', 'min'] as const;
type Alone = (typeof OF_ELEMENTS | typeof OTHERS)[number];

/** The same with another tensor. */
const OF_TWO = ['matmul', 'mm'] as const;

/** The same with another tensor or a number, element by element: tensors broadcast, numbers keep the tensor's dtype. */
const BY_ELEMENT = ['mul', 'div', 'remainder', 'ne', 'ge'] as const;

type Listed = Record<Alone, () => Tensor> &
  Record<(typeof OF_TWO)[number], (other: Tensor) => Tensor> &
  Record<(typeof BY_ELEMENT)[number], (other: TensorOrNumber) => Tensor>;

/** Defined by the loops behind the class. */
export interface Tensor extends Listed {}

/**
 * A libtorch tensor. Methods have torch's names in camel case and torch's meaning; a trailing underscore works
 * in place. This file is long because it is a list: each method is one line that names its operator, or a name in a list above.
 *
 * Negative dimensions count from the end. Every failure is an `OperatorError`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the loops behind the class define what the interface adds.
export class Tensor extends ScopedHandle {
  // — what it is —

  get shape(): number[] {
    return native().shape(this.handle);
  }
  get strides(): number[] {
    return native().strides(this.handle);
  }
  get ndim(): number {
    return this.shape.length;
  }
  get numel(): number {
    return native().numel(this.handle);
  }
  get dtype(): DType {
    return dtypeName(native().dtype(this.handle));
  }
  /** Such as `cpu` or `cuda:0`. */
  get device(): string {
    return native().device(this.handle);
  }
  isContiguous(format: MemoryFormat = 'contiguous'): boolean {
    return native().isContiguous(this.handle, MEMORY_FORMAT[format]);
  }
  size(dim: number): number {
    const { shape } = this;
    const size = shape[dim < 0 ? dim + shape.length : dim];
    if (size === undefined) throw new RangeError(`dimension ${dim} of a tensor of shape [${shape}]`);
    return size;
  }
  override toString(): string {
    return this.isDisposed ? 'Tensor(disposed)' : `${this.dtype}[${this.shape.join(', ')}]`;
  }

  // — values —

  /** The only element. int64 values beyond 2^53 lose digits; use `toTypedArray` for those. */
  item(): number {
    const value = dispatchValue('item', this);
    return typeof value === 'string' || value === null ? Number.NaN : Number(value);
  }
  /** A copy of the elements in C order; float16 and bfloat16 as their bits. */
  toTypedArray(): TypedArray {
    return tidy(() => {
      const isOwnMemory = this.device === 'cpu' && this.isContiguous();
      const dense = this.detach().cpu().contiguous();
      const bytes = native().bytes(dense.handle);
      return dtypeInfo(this.dtype).view(isOwnMemory ? bytes.slice(0) : bytes);
    });
  }
  /** The elements of a float tensor, converted to float32. */
  toFloat32Array(): Float32Array {
    return tidy(() => new Float32Array(this.detach().to('float32').toTypedArray().buffer));
  }
  /** Copies the elements into `bytes` in C order, from whatever device. @throws Error when there are more or fewer bytes. */
  copyTo(bytes: Uint8Array): void {
    native().copyTo(this.handle, bytes);
  }
  /**
   * The tensor's own memory as a typed array: writes are seen on both sides, and the array keeps the memory
   * alive. Only for contiguous CPU tensors.
   */
  memory(): TypedArray {
    return dtypeInfo(this.dtype).view(native().bytes(this.handle));
  }
  /** Nested arrays, as `tolist()` gives. */
  toArray(): NestedArray {
    const half = this.dtype === 'float16' || this.dtype === 'bfloat16';
    const data = half ? this.toFloat32Array() : this.toTypedArray();
    return nest(data, this.shape, this.dtype === 'bool');
  }

  // — types, devices, copies —

  to(dtype: DType): Tensor {
    return dispatch('to.dtype', this, dtypeCode(dtype));
  }
  toDevice(device: string): Tensor {
    return dispatch('to.device', this, device, native().dtype(this.handle));
  }
  cpu(): Tensor {
    return this.toDevice('cpu');
  }
  contiguous(format: MemoryFormat = 'contiguous'): Tensor {
    return dispatch('contiguous', this, MEMORY_FORMAT[format]);
  }

  // — gradients —

  get requiresGrad(): boolean {
    return native().requiresGrad(this.handle);
  }
  set requiresGrad(value: boolean) {
    native().setRequiresGrad(this.handle, value);
  }
  get isLeaf(): boolean {
    return native().isLeaf(this.handle);
  }
  /** The accumulated gradient, a new owner each time; null before the first backward pass. */
  get grad(): Tensor | null {
    const handle = native().grad(this.handle);
    return handle === null ? null : new Tensor(handle);
  }
  set grad(value: Tensor | null) {
    native().setGrad(this.handle, value === null ? null : value.handle);
  }
  /** Accumulates gradients into the leaves this tensor was computed from. */
  backward(): void {
    naming('backward', [this], () => native().backward([this.handle]));
  }

  // — arithmetic and choice, beside the lists above —

  add(other: TensorOrNumber, alpha = 1): Tensor {
    return withScalar('add', 'Tensor', 'Scalar', this, other, alpha);
  }
  sub(other: TensorOrNumber, alpha = 1): Tensor {
    return withScalar('sub', 'Tensor', 'Scalar', this, other, alpha);
  }
  pow(exponent: TensorOrNumber): Tensor {
    return withScalar('pow', 'Tensor_Tensor', 'Tensor_Scalar', this, exponent);
  }
  /** Elements limited to [min, max]; leave one side out with `undefined`. */
  clamp(min?: number, max?: number): Tensor {
    return dispatch('clamp', this, min, max);
  }

  maskedFill(mask: Tensor, value: number): Tensor {
    return dispatch('masked_fill.Scalar', this, mask, value);
  }

  // — reductions (over `dim`, or over all elements) —

  sum(dim?: number | number[], keepdim = false): Tensor {
    return dim === undefined ? dispatch('sum', this) : dispatch('sum.dim_IntList', this, list(dim), keepdim);
  }
  mean(dim?: number | number[], keepdim = false): Tensor {
    return dim === undefined ? dispatch('mean', this) : dispatch('mean.dim', this, list(dim), keepdim);
  }
  /** Vector norm of order `p` over all elements or over `dim`. */
  norm(p = 2, dim?: number | number[], keepdim = false): Tensor {
    return dispatch('linalg_vector_norm', this, p, dim === undefined ? null : list(dim), keepdim);
  }
  sort(dim = -1, descending = false): [values: Tensor, indices: Tensor] {
    return pair(dispatchMany('sort.stable', this, true, dim, descending));
  }
  softmax(dim: number): Tensor {
    return dispatch('softmax.int', this, dim);
  }
  logSoftmax(dim: number): Tensor {
    return dispatch('log_softmax.int', this, dim);
  }

  // — shape —

  reshape(shape: readonly number[]): Tensor {
    return dispatch('reshape', this, shape);
  }
  view(shape: readonly number[]): Tensor {
    return dispatch('view', this, shape);
  }
  flatten(start = 0, end = -1): Tensor {
    return dispatch('flatten.using_ints', this, start, end);
  }
  permute(dims: readonly number[]): Tensor {
    return dispatch('permute', this, dims);
  }
  transpose(dim0: number, dim1: number): Tensor {
    return dispatch('transpose.int', this, dim0, dim1);
  }
  /** The transpose of a matrix. */
  t(): Tensor {
    return dispatch('t', this);
  }
  squeeze(dim?: number): Tensor {
    return dim === undefined ? dispatch('squeeze', this) : dispatch('squeeze.dim', this, dim);
  }
  unsqueeze(dim: number): Tensor {
    return dispatch('unsqueeze', this, dim);
  }
  expand(shape: readonly number[]): Tensor {
    return dispatch('expand', this, shape);
  }
  repeat(times: readonly number[]): Tensor {
    return dispatch('repeat', this, times);
  }
  /** `length` entries along `dim` from `start`, a view. */
  narrow(dim: number, start: number, length: number): Tensor {
    return dispatch('narrow', this, dim, start, length);
  }
  /** One entry along `dim`, which disappears; a view. */
  select(dim: number, index: number): Tensor {
    return dispatch('select.int', this, dim, index);
  }
  /** As Python's `start:end:step` along `dim`, a view. */
  slice(dim: number, start: number, end?: number, step = 1): Tensor {
    return dispatch('slice.Tensor', this, dim, start, end ?? null, step);
  }
  indexSelect(dim: number, index: Tensor): Tensor {
    return dispatch('index_select', this, dim, index);
  }
  gather(dim: number, index: Tensor): Tensor {
    return dispatch('gather', this, dim, index);
  }
  roll(shifts: readonly number[], dims: readonly number[]): Tensor {
    return dispatch('roll', this, shifts, dims);
  }
  split(size: number, dim = 0): Tensor[] {
    return dispatchMany('split.Tensor', this, size, dim);
  }
  unbind(dim = 0): Tensor[] {
    return dispatchMany('unbind.int', this, dim);
  }

  // — in place —

  add_(other: TensorOrNumber, alpha = 1): this {
    return withScalarInPlace('add_', this, other, alpha);
  }
  mul_(other: TensorOrNumber): this {
    return withScalarInPlace('mul_', this, other);
  }
  div_(other: TensorOrNumber): this {
    return withScalarInPlace('div_', this, other);
  }
  zero_(): this {
    return inPlace('zero_', this);
  }
  fill_(value: number): this {
    return inPlace('fill_.Scalar', this, value);
  }
  copy_(source: Tensor): this {
    return inPlace('copy_', this, source);
  }
  clamp_(min?: number, max?: number): this {
    return inPlace('clamp_', this, min, max);
  }
}

for (const name of [...OF_ELEMENTS, ...OTHERS]) {
  define(name, function (this: Tensor) {
    return dispatch(name, this);
  });
}
for (const name of OF_TWO) {
  define(name, function (this: Tensor, other: Tensor) {
    return dispatch(name, this, other);
  });
}
for (const name of BY_ELEMENT) {
  define(name, function (this: Tensor, other: TensorOrNumber) {
    return withScalar(name, 'Tensor', 'Scalar', this, other);
  });
}

function define<Name extends keyof Listed>(name: Name, value: Listed[Name]): void {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

// — the ways through the one door —

export function dispatch(name: string, ...args: Arg[]): Tensor {
  const result = Operator.get(name).call(args);
  if (typeof result !== 'number') throw new TypeError(`${name} does not return one tensor`);
  return new Tensor(result);
}

/** Calls an operator with several tensors, or a list of them, as its result. */
export function dispatchMany(name: string, ...args: Arg[]): Tensor[] {
  const result = Operator.get(name).call(args);
  if (!Array.isArray(result)) throw new TypeError(`${name} does not return several tensors`);
  return result.map((handle) => {
    if (typeof handle !== 'number') throw new TypeError(`${name} returned ${handle} where a tensor belongs`);
    return new Tensor(handle);
  });
}

export function dispatchValue(name: string, ...args: Arg[]): RawResult {
  return Operator.get(name).call(args);
}

/** Calls an in-place operator and returns its first argument. */
export function inPlace<T extends Tensor>(name: string, self: T, ...args: Arg[]): T {
  Operator.get(name).run([self, ...args]);
  return self;
}

/** Calls an operator for its effect on lists of tensors. */
export function dispatchVoid(name: string, ...args: Arg[]): void {
  Operator.get(name).run(args);
}

// — helpers of the class —

function withScalar(
  base: string,
  tensorOverload: string,
  scalarOverload: string,
  self: Tensor,
  other: TensorOrNumber,
  ...rest: Arg[]
): Tensor {
  const overload = typeof other === 'number' ? scalarOverload : tensorOverload;
  return dispatch(`${base}.${overload}`, self, other, ...rest);
}

function withScalarInPlace<T extends Tensor>(
  base: string,
  self: T,
  other: TensorOrNumber,
  ...rest: Arg[]
): T {
  return inPlace(`${base}.${typeof other === 'number' ? 'Scalar' : 'Tensor'}`, self, other, ...rest);
}

function list(dim: number | number[]): number[] {
  return typeof dim === 'number' ? [dim] : dim;
}

function pair(tensors: Tensor[]): [Tensor, Tensor] {
  const [first, second] = tensors;
  if (first === undefined || second === undefined) throw new TypeError('expected two results');
  return [first, second];
}

function nest(data: TypedArray, shape: readonly number[], asBoolean: boolean): NestedArray {
  let position = 0;
  const level = (dim: number): NestedArray => {
    const size = shape[dim];
    if (size === undefined) {
      const value = data[position++] ?? 0;
      return asBoolean ? Boolean(value) : value;
    }
    return Array.from({ length: size }, () => level(dim + 1));
  };
  return level(0);
}

/** Wraps a native handle that nobody owns yet. */
export function fromHandle(handle: Handle): Tensor {
  return new Tensor(handle);
}

/** What console.log and assertion messages show: the values too when there are few. */
function inspect(this: Tensor): string {
  if (this.isDisposed || this.numel > 100) return this.toString();
  return `${this} ${JSON.stringify(this.toArray(), (_, v) => (typeof v === 'bigint' ? Number(v) : v))}`;
}
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: inspect });
