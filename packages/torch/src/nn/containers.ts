import { tidy } from '../scope.ts';
import type { Tensor } from '../tensor.ts';
import { type AnyModule, Module } from './module.ts';

/** Children in order; their names are the positions, unless names are given. */
abstract class Container<Child extends AnyModule, Args extends readonly unknown[], Result> extends Module<
  Args,
  Result
> {
  private readonly names: readonly string[];
  private readonly children: readonly Child[];

  constructor(children: readonly Child[] | Readonly<Record<string, Child>>) {
    super();
    this.names = Object.keys(children);
    this.children = Object.values(children);
  }

  get length(): number {
    return this.children.length;
  }

  /** The child at a position (negative counts from the end). @throws RangeError when there is none. */
  at(index: number): Child {
    const child = this.children.at(index);
    if (child === undefined) {
      throw new RangeError(`${this.constructor.name} has ${this.length} children, not one at ${index}`);
    }
    return child;
  }

  /** The child of a name. @throws RangeError when there is none. */
  get(name: string): Child {
    const index = this.names.indexOf(name);
    if (index < 0) throw new RangeError(`${this.constructor.name} has no child '${name}'`);
    return this.at(index);
  }

  [Symbol.iterator](): IterableIterator<Child> {
    return this.children[Symbol.iterator]();
  }

  override *namedChildren(): Generator<[string, Child]> {
    for (const [index, child] of this.children.entries()) yield [this.names[index] ?? String(index), child];
  }
}

/**
 * Runs its children one after the other.
 *
 * Give an array (children are named `0`, `1`, …), or an object for names of your own. Objects list whole-number
 * names first and in rising order, whatever order they were written in.
 */
export class Sequential extends Container<Module, [Tensor], Tensor> {
  override forward(input: Tensor): Tensor {
    return this.through(this.length, input);
  }

  /** Nested this way, each scope holds one intermediate and frees it once the next child has used it. */
  private through(count: number, input: Tensor): Tensor {
    if (count === 0) return input;
    return tidy(() => this.at(count - 1).call(this.through(count - 1, input)));
  }
}

/** Holds modules for code that calls them itself; it cannot be called. */
export class ModuleList<Child extends AnyModule = Module> extends Container<Child, never[], never> {
  constructor(children: readonly Child[]) {
    super(children);
  }

  override forward(): never {
    throw new TypeError('a ModuleList only holds modules: call its children');
  }
}
