import type { DType } from '../dtype.ts';
import type { Module } from '../nn/module.ts';
import type { Tensor } from '../tensor.ts';

/** How the elements of an input lie in memory; `strided` is a transposed view. */
export type Layout = 'dense' | 'strided' | 'channelsLast';

/** One input of a case, filled with numbers that depend on its shape and position only. */
export interface Input {
  shape: readonly number[];
  dtype: DType;
  /** Values are drawn from [low, high); whole numbers for int64. */
  low: number;
  high: number;
}

/** Ways in which every case is run; those that libtorch refuses for a case must be named in `rejects`. */
export type Variant = 'float32' | 'strided' | 'channelsLast' | 'bfloat16' | 'autocast';

/** How a case departs from the rule. */
export interface CaseOptions {
  /** Variants that must fail in Python, and here too if both run the same libtorch. */
  rejects?: readonly Variant[];
  /** Variants whose meaning differs here on purpose. */
  skips?: readonly Variant[];
  /** Must agree bit for bit, not only to tolerance. */
  exact?: boolean;
  /** Modules: run in eval mode. */
  eval?: boolean;
}

/** A computation written twice: here and as a Python expression over inputs `a`, `b`, `c`, … */
export interface Case {
  /** What it proves: `Tensor.add`, `F.conv2d`, `nn.Linear`, … */
  covers: string;
  python: string;
  inputs: readonly Input[];
  body:
    | { kind: 'function'; run: (...inputs: Tensor[]) => Tensor | readonly Tensor[] }
    | { kind: 'module'; make: () => Module };
  options: CaseOptions;
}

/** float32 between −2 and 2. */
export function f(...shape: number[]): Input {
  return { shape, dtype: 'float32', low: -2, high: 2 };
}

/** float32 between 0.5 and 2.5. */
export function positive(...shape: number[]): Input {
  return { shape, dtype: 'float32', low: 0.5, high: 2.5 };
}

/** int64 from 0 to `high` − 1. */
export function whole(high: number, ...shape: number[]): Input {
  return { shape, dtype: 'int64', low: 0, high };
}

/** A bool mask. */
export function mask(...shape: number[]): Input {
  return { shape, dtype: 'bool', low: 0, high: 2 };
}

/** Makes the cases of one namespace: `check('add', 'a.add(b)', (a, b) => a.add(b), [f(2), f(2)])`. */
export function functions(
  space: string,
): (
  name: string,
  python: string,
  run: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Input[],
  options?: CaseOptions,
) => Case {
  return (name, python, run, inputs, options = {}) => ({
    covers: `${space}.${name}`,
    python,
    inputs,
    body: { kind: 'function', run },
    options,
  });
}

/** A layer: `python` makes the same module; parameters, gradients and buffers are compared too. */
export function layer(
  name: string,
  python: string,
  make: () => Module,
  inputs: readonly Input[],
  options: CaseOptions = {},
): Case {
  return { covers: `nn.${name}`, python, inputs, body: { kind: 'module', make }, options };
}
