import type { DType, MemoryFormat } from '../dtype.ts';
import { tidy } from '../scope.ts';
import { OrderedDict } from '../serialization/python-values.ts';
import type { Tensor } from '../tensor.ts';
import { callObserver } from './call-observer.ts';
import { Buffer, Parameter } from './parameter.ts';

/** Parameters and buffers by their dotted names, in torch's order. */
export type StateDict = Map<string, Tensor>;

/** A state dict that does not fit a module: lists every difference. */
export class StateDictError extends Error {
  override readonly name = 'StateDictError';
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly string[];

  constructor(module: string, missing: string[], unexpected: string[], mismatched: string[]) {
    const parts = [
      part('missing', missing),
      part('unexpected', unexpected),
      part('of another shape', mismatched),
    ].filter((text) => text !== '');
    super(`these weights do not fit ${module}: ${parts.join('; ')}`);
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}

function part(label: string, keys: readonly string[]): string {
  if (keys.length === 0) return '';
  const shown = keys.slice(0, 10).join(', ');
  return `${keys.length} ${label} (${shown}${keys.length > 10 ? ', …' : ''})`;
}

/**
 * A piece of a network. Parameters, buffers and child modules are the object's own properties; their property
 * names are the names in checkpoints, so they are spelled as torch and timm spell them.
 *
 * Write `forward`; call `call`, which frees every intermediate that autograd does not need.
 */
export abstract class Module<Args extends readonly unknown[] = [Tensor], Result = Tensor> {
  /** Training mode: dropout drops, batch norm uses the batch's statistics. */
  training = true;

  abstract forward(...args: Args): Result;

  call(...args: Args): Result {
    const forward = (): Result => tidy(() => this.forward(...args));
    return callObserver === undefined ? forward() : callObserver(this, forward);
  }

  /** Child modules by name; containers override it. */
  *namedChildren(): Generator<[string, AnyModule]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [name, value];
    }
  }

  /** This module under `prefix` and all below it, depth first. */
  *namedModules(prefix = ''): Generator<[string, AnyModule]> {
    yield [prefix, this];
    for (const [name, child] of this.namedChildren()) yield* child.namedModules(join(prefix, name));
  }

  *namedParameters(): Generator<[string, Parameter]> {
    for (const [path, module] of this.namedModules()) {
      for (const [name, value] of Object.entries(module)) {
        if (value instanceof Parameter) yield [join(path, name), value];
      }
    }
  }

  *namedBuffers(): Generator<[string, Buffer]> {
    for (const [path, module] of this.namedModules()) {
      for (const [name, value] of Object.entries(module)) {
        if (value instanceof Buffer) yield [join(path, name), value];
      }
    }
  }

  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** The live parameters and persistent buffers: not copies. */
  stateDict(): StateDict {
    const state: StateDict = new OrderedDict();
    for (const [path, module] of this.namedModules()) {
      const entries = Object.entries(module);
      for (const [name, value] of entries) if (value instanceof Parameter) state.set(join(path, name), value);
      for (const [name, value] of entries) {
        if (value instanceof Buffer && value.persistent) state.set(join(path, name), value);
      }
    }
    return state;
  }

  /**
   * Copies values in by name. All names and shapes are checked before anything is changed.
   *
   * @throws StateDictError listing what does not fit.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    const own = this.stateDict();
    const missing = [...own.keys()].filter((name) => !state.has(name));
    const unexpected = [...state.keys()].filter((name) => !own.has(name));
    const mismatched: string[] = [];
    for (const [name, target] of own) {
      const value = state.get(name);
      if (value !== undefined && String(value.shape) !== String(target.shape)) {
        mismatched.push(`${name} [${value.shape}] for [${target.shape}]`);
      }
    }
    if (mismatched.length + missing.length + unexpected.length > 0) {
      throw new StateDictError(this.constructor.name, missing, unexpected, mismatched);
    }
    for (const [name, target] of own) {
      const value = state.get(name);
      if (value !== undefined && (target instanceof Parameter || target instanceof Buffer))
        target.load(value);
    }
  }

  /** Sets training mode here and below. Goes from child to child, so that a module may hold parts of it back. */
  train(mode = true): this {
    this.training = mode;
    for (const [, child] of this.namedChildren()) child.train(mode);
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Whether the parameters here and below learn. */
  requiresGrad_(value: boolean): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
    return this;
  }

  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Moves parameters and buffers. `dtype` applies to floating-point ones, `memoryFormat` to 4-dimensional ones.
   * Make the optimizer afterwards, or before: it follows the parameter objects, which stay the same.
   */
  to(options: { device?: string; dtype?: DType; memoryFormat?: MemoryFormat }): this {
    const owned = [...this.namedParameters(), ...this.namedBuffers()].map(([, tensor]) => tensor);
    for (const tensor of owned) {
      tensor.assign(tidy(() => converted(tensor.detach(), options)));
    }
    return this;
  }
}

export type AnyModule = Module<never[], unknown>;

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function converted(
  tensor: Tensor,
  options: { device?: string; dtype?: DType; memoryFormat?: MemoryFormat },
): Tensor {
  let result = tensor;
  if (options.device !== undefined) result = result.toDevice(options.device);
  if (options.dtype !== undefined && result.dtype.includes('float')) result = result.to(options.dtype);
  if (options.memoryFormat !== undefined && result.ndim === 4) {
    result = result.contiguous(options.memoryFormat);
  }
  return result;
}
