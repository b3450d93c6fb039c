import { autocast, grad, noGrad } from '../autograd.ts';
import { arange, fromBytes, fromTypedArray } from '../create.ts';
import { type DType, dtypeInfo } from '../dtype.ts';
import type { Module } from '../nn/module.ts';
import { manualSeed } from '../random.ts';
import { tidy } from '../scope.ts';
import { Tensor } from '../tensor.ts';
import type { Case, Input, Layout, Variant } from './case.ts';

/** A tensor as plain data, so that two engines' results can be compared. */
export interface Value {
  name: string;
  dtype: string;
  shape: number[];
  strides: number[];
  /** Elements as numbers. */
  values: Float64Array;
}

/** What a case gives: results, then gradients (absent ones left out). An error's text if it failed. */
export type Outcome = Value[] | string;

/** What Python gets of an input: the tensor's bytes and what to do with them. */
export interface PreparedInput {
  bytes: Uint8Array;
  shape: readonly number[];
  dtype: DType;
  layout: Layout;
  castTo: DType | null;
}

/** Both engines start every case with it. */
export const SEED = 0;

/** The inputs of a case in one variant. */
export function prepare(inputs: readonly Input[], variant: Variant): PreparedInput[] {
  return inputs.map((input, position) => {
    const floating = input.dtype === 'float32';
    const fits =
      variant === 'strided' ? input.shape.length > 1 : variant === 'channelsLast' && input.shape.length === 4;
    return {
      bytes: bytesOf(input, position),
      shape: input.shape,
      dtype: input.dtype,
      layout: fits && (variant === 'strided' || variant === 'channelsLast') ? variant : 'dense',
      castTo: variant === 'bfloat16' && floating ? 'bfloat16' : null,
    };
  });
}

/** Repeatable numbers without a pattern (Lehmer's generator). */
function bytesOf(input: Input, position: number): Uint8Array {
  const { shape, dtype, low, high } = input;
  const count = shape.reduce((product, size) => product * size, 1);
  let state = 12345 + 7919 * position + count;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return low + (high - low) * (state / 2147483647);
  };
  const values = Array.from({ length: count }, next);
  if (dtype === 'int64')
    return new Uint8Array(BigInt64Array.from(values, (v) => BigInt(Math.floor(v))).buffer);
  if (dtype === 'bool') return Uint8Array.from(values, Math.floor);
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** The same tensor that the reference script builds. */
function build(input: PreparedInput, device: string): Tensor {
  const { bytes, shape, dtype, layout, castTo } = input;
  return tidy(() => {
    let made = fromBytes(bytes, shape, dtype).toDevice(device);
    if (castTo !== null) made = made.to(castTo);
    if (layout === 'strided') made = made.transpose(0, -1).contiguous().transpose(0, -1);
    if (layout === 'channelsLast') made = made.contiguous('channelsLast');
    return made;
  });
}

/** Runs a case here, on the CPU or another device. */
export function evaluate(test: Case, variant: Variant, device = 'cpu'): Outcome {
  try {
    return tidy(() => compute(test, variant, device));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compute(test: Case, variant: Variant, device: string): Value[] {
  manualSeed(SEED);
  const inputs = prepare(test.inputs, variant).map((input) => build(input, device));
  for (const input of inputs) if (input.dtype.includes('float')) input.requiresGrad = true;
  const { body } = test;
  const module =
    body.kind === 'module'
      ? roughened(body.make().to({ device }), variant, test.options.eval ?? false)
      : undefined;
  const run = (): Tensor | readonly Tensor[] =>
    body.kind === 'function' ? body.run(...inputs) : call(module, inputs);
  const result = variant === 'autocast' ? autocast({ device }, run) : run();
  const outputs = result instanceof Tensor ? [result] : [...result];
  const values = outputs.map((output, i) => snapshot(`result ${i}`, output));
  const leaves = new Map(inputs.map((input, i) => [`gradient of input ${i}`, input]));
  for (const [name, parameter] of module?.namedParameters() ?? [])
    leaves.set(`gradient of ${name}`, parameter);
  values.push(...gradients(outputs, leaves));
  for (const [name, tensor] of module?.stateDict() ?? []) values.push(snapshot(name, tensor));
  return values;
}

function call(module: Module | undefined, inputs: readonly Tensor[]): Tensor {
  const [input] = inputs;
  if (module === undefined || input === undefined) throw new Error('a module case has one input');
  return module.call(input);
}

/** Moves parameters off their neutral starting values, so that a weight of 1 cannot hide that it is not used. */
function roughened(module: Module, variant: Variant, evaluating: boolean): Module {
  if (variant === 'bfloat16') module.to({ dtype: 'bfloat16' });
  noGrad(() => {
    for (const parameter of module.parameters()) {
      parameter.add_(pattern(parameter, 5, 8));
    }
  });
  return module.train(!evaluating);
}

/** −2 … period − 3 over and over, divided by `divisor`; the sum is not zero, so that sums over it do not cancel. */
function pattern({ shape, dtype, device }: Tensor, period: number, divisor: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = arange(count).remainder(period).sub(2).to('float32').div(divisor).reshape(shape);
  return values.to(dtype).toDevice(device);
}

function gradients(outputs: readonly Tensor[], leaves: ReadonlyMap<string, Tensor>): Value[] {
  const sources = outputs.filter((output) => output.requiresGrad);
  const targets = [...leaves].filter(([, leaf]) => leaf.requiresGrad);
  if (sources.length === 0 || targets.length === 0) return [];
  const found = grad(
    sources,
    targets.map(([, leaf]) => leaf),
    { gradients: sources.map((s) => pattern(s, 7, 3)), allowUnused: true },
  );
  return found.flatMap((value, i) => (value === null ? [] : [snapshot(targets[i]?.[0] ?? '', value)]));
}

function snapshot(name: string, tensor: Tensor): Value {
  const { dtype, shape, strides } = tensor;
  return { name, dtype, shape, strides, values: numbersOf(tensor) };
}

function numbersOf(tensor: Tensor): Float64Array {
  return tidy(() => new Float64Array(tensor.detach().to('float64').toTypedArray().buffer));
}

/** Elements sent by Python, as numbers. */
export function decode(bytes: Uint8Array, dtype: DType): Float64Array {
  if (bytes.length === 0) return new Float64Array(0);
  return tidy(() => numbersOf(fromBytes(bytes, [bytes.length / dtypeInfo(dtype).bytes], dtype)));
}

/** A one-element tensor for functions that give a number. */
export function boxed(value: number): Tensor {
  return fromTypedArray(Float64Array.of(value), []);
}
