import { native, type RawArg, type RawResult } from '@radweave/native';
import { OperatorError } from './errors.ts';
import { ScopedHandle } from './scope.ts';

/** What an operator takes: tensors, plain values and lists of them. `undefined` is the default. */
export type Arg = ScopedHandle | number | bigint | boolean | string | null | undefined | readonly Arg[];

/** Argument kinds (see the addon's `Kind`) that hold tensors rather than a value. */
const OF_TENSORS = ['t', 'l'];

/**
 * One operator of libtorch's registry, found at its first use.
 *
 * This is the only door through which operators are called; it adds to every error which operator it was and
 * what it was given.
 */
export class Operator {
  readonly name: string;
  readonly results: number;
  private readonly id: number;
  /** For each argument whether it holds tensors. */
  private readonly wantsTensor: readonly boolean[];
  private readonly argNames: readonly string[];

  private static readonly found = new Map<string, Operator>();

  /** @param name such as `add.Tensor` or `quantized::linear`; `aten::` is meant when no namespace is given. */
  static get(name: string): Operator {
    let operator = Operator.found.get(name);
    if (operator === undefined) {
      operator = new Operator(name);
      Operator.found.set(name, operator);
    }
    return operator;
  }

  private constructor(name: string) {
    const full = name.includes('::') ? name : `aten::${name}`;
    const dot = full.indexOf('.');
    this.name = full;
    const [base, overload] = dot < 0 ? [full, ''] : [full.slice(0, dot), full.slice(dot + 1)];
    const [id, kinds, argNames, results] = native().lookup(base, overload);
    this.id = id;
    this.wantsTensor = Array.from(kinds, (kind) => OF_TENSORS.includes(kind));
    this.argNames = argNames;
    this.results = results;
  }

  /** Calls the operator; tensors in the result are handles. */
  call(args: readonly Arg[]): RawResult {
    try {
      return native().call(this.id, ...this.unwrap(args));
    } catch (error) {
      throw new OperatorError(this.name, args, error);
    }
  }

  /** Calls the operator for its effect; no handle is made for its result. */
  run(args: readonly Arg[]): void {
    try {
      native().run(this.id, ...this.unwrap(args));
    } catch (error) {
      throw new OperatorError(this.name, args, error);
    }
  }

  private unwrap(args: readonly Arg[]): RawArg[] {
    const raw: RawArg[] = new Array(args.length);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i];
      const wantsTensor = this.wantsTensor[i] === true;
      if (arg instanceof ScopedHandle && wantsTensor) {
        raw[i] = arg.handle;
      } else if (Array.isArray(arg)) {
        raw[i] = wantsTensor ? arg.map((item) => this.unwrapItem(item, i)) : (arg as RawArg[]);
      } else if (arg instanceof ScopedHandle || (wantsTensor && arg !== undefined && arg !== null)) {
        throw new TypeError(this.mismatch(i, arg));
      } else {
        raw[i] = arg as RawArg;
      }
    }
    return raw;
  }

  private unwrapItem(item: Arg, position: number): RawArg {
    if (item instanceof ScopedHandle) return item.handle;
    if (item === null || item === undefined) return null;
    throw new TypeError(this.mismatch(position, item));
  }

  private mismatch(position: number, arg: unknown): string {
    const name = this.argNames[position] ?? `number ${position + 1}`;
    const got = arg instanceof ScopedHandle ? arg.constructor.name : typeof arg;
    const expected = this.wantsTensor[position] ? 'tensor' : 'plain value';
    return `argument '${name}': expected a ${expected}, got ${got}`;
  }
}
