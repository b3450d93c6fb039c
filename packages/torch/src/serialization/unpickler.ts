import { CheckpointError } from './errors.ts';
import { PyCallable, resolveGlobal } from './globals.ts';
import { type MemoryBudget, memoryOf } from './memory-budget.ts';
import { NumpyDType } from './numpy-scalar.ts';
import { OP } from './opcodes.ts';
import { PickleCursor } from './pickle-cursor.ts';
import { LITERALS } from './pickle-literals.ts';
import { OrderedDict, PyOpaque, PyTuple, tuple } from './python-values.ts';
import { StoredTensor } from './stored-tensor.ts';
import type { TensorBuilder } from './tensor-builder.ts';

/** A slot of the stack or of the memo, and an entry of a dict or set. */
const SLOT_BYTES = 8;
const ENTRY_BYTES = 32;
/** Longer than the name of any class. */
const LONGEST_NAME = 500;

/** How a pickle reaches what lies outside it. */
export interface UnpickleContext {
  /** Path for error messages. */
  file: string;
  budget: MemoryBudget;
  tensors: TensorBuilder;
  /** The storage that a persistent id names. */
  persistentLoad: (id: unknown) => unknown;
}

/** A value and the position after its pickle. */
export interface Unpickled {
  value: unknown;
  end: number;
}

/**
 * Reads one pickle with a machine that knows only the opcodes of checkpoints and only the globals of
 * `globals.ts`. A dict becomes a `Map`, a list an array, None null; integers beyond 2^53 become bigints.
 *
 * Any other class or function is a {@link PyOpaque}: skipped unbuilt, never looked up, and nothing of it is run.
 *
 * @throws CheckpointError when it is malformed, cut off or asks for more memory than its file justifies.
 */
export function unpickle(bytes: Uint8Array, position: number, context: UnpickleContext): Unpickled {
  const cursor = new PickleCursor(context.file, bytes, position);
  try {
    return { value: new Machine(cursor, context).run(), end: cursor.position };
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw cursor.malformed(error instanceof Error ? error.message : String(error), error);
  }
}

/** What an opcode does that pushes no literal. */
type Step = (machine: Machine, cursor: PickleCursor) => unknown;

class Machine {
  static readonly #steps: ReadonlyMap<number, Step> = new Map<number, Step>([
    [OP.PROTO, (_, cursor) => cursor.uint8()],
    [OP.FRAME, (_, cursor) => cursor.uint64()],
    [OP.MARK, (machine) => machine.#mark()],
    [OP.POP, (machine) => machine.#drop()],
    [OP.POP_MARK, (machine) => machine.#popMark()],
    [OP.DUP, (machine) => machine.#push(machine.#top())],
    [OP.TUPLE, (machine) => machine.#pushNew(tuple(machine.#popMark()))],
    [OP.TUPLE1, (machine) => machine.#pushNew(tuple(machine.#take(1)))],
    [OP.TUPLE2, (machine) => machine.#pushNew(tuple(machine.#take(2)))],
    [OP.TUPLE3, (machine) => machine.#pushNew(tuple(machine.#take(3)))],
    [OP.FROZENSET, (machine) => machine.#pushNew(new Set(machine.#popMark()))],
    [OP.APPEND, (machine) => machine.#append(machine.#take(1))],
    [OP.APPENDS, (machine) => machine.#append(machine.#popMark())],
    [OP.SETITEM, (machine) => machine.#setItems(machine.#take(2))],
    [OP.SETITEMS, (machine) => machine.#setItems(machine.#popMark())],
    [OP.ADDITEMS, (machine) => machine.#addItems(machine.#popMark())],
    [OP.BINPUT, (machine, cursor) => machine.#put(cursor.uint8())],
    [OP.LONG_BINPUT, (machine, cursor) => machine.#put(cursor.uint32())],
    [OP.MEMOIZE, (machine) => machine.#put(machine.#memo.length)],
    [OP.BINGET, (machine, cursor) => machine.#push(machine.#get(cursor.uint8()))],
    [OP.LONG_BINGET, (machine, cursor) => machine.#push(machine.#get(cursor.uint32()))],
    [OP.GLOBAL, (machine, cursor) => machine.#global([cursor.line(), cursor.line()])],
    [OP.STACK_GLOBAL, (machine) => machine.#global(machine.#take(2))],
    [OP.BINPERSID, (machine) => machine.#push(machine.#context.persistentLoad(machine.#pop()))],
    [OP.REDUCE, (machine) => machine.#call(machine.#take(2))],
    [OP.NEWOBJ, (machine) => machine.#call(machine.#take(2))],
    [OP.NEWOBJ_EX, (machine) => machine.#call(machine.#take(3))],
    [OP.BUILD, (machine) => machine.#build(machine.#pop())],
  ]);

  readonly #cursor: PickleCursor;
  readonly #context: UnpickleContext;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo: unknown[] = [];

  constructor(cursor: PickleCursor, context: UnpickleContext) {
    this.#cursor = cursor;
    this.#context = context;
  }

  run(): unknown {
    for (;;) {
      const opcode = this.#cursor.uint8();
      if (opcode === OP.STOP) return this.#pop();
      const literal = LITERALS.get(opcode);
      const step = Machine.#steps.get(opcode);
      if (literal !== undefined) this.#pushNew(literal(this.#cursor));
      else if (step !== undefined) step(this, this.#cursor);
      else throw this.#cursor.malformed(`opcode 0x${opcode.toString(16)}, which torch.save does not write`);
    }
  }

  /** Stack height that the innermost mark guards. */
  #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }

  #mark(): void {
    this.#context.budget.take(SLOT_BYTES);
    this.#marks.push(this.#stack.length);
  }

  #push(value: unknown): void {
    this.#context.budget.take(SLOT_BYTES);
    this.#stack.push(value);
  }

  /** Pushes what takes memory of its own. */
  #pushNew(value: unknown): void {
    this.#context.budget.take(memoryOf(value));
    this.#push(value);
  }

  #top(): unknown {
    if (this.#stack.length <= this.#floor()) throw this.#cursor.malformed('its stack is empty');
    return this.#stack.at(-1);
  }

  #pop(): unknown {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  /** Python's own rule: on top of a mark, POP takes the mark away. */
  #drop(): void {
    if (this.#stack.length === this.#floor() && this.#marks.length > 0) this.#marks.pop();
    else this.#pop();
  }

  #take(count: number): unknown[] {
    if (this.#stack.length - count < this.#floor()) throw this.#cursor.malformed('its stack is empty');
    return this.#stack.splice(this.#stack.length - count, count);
  }

  #popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#cursor.malformed('a mark is missing');
    return this.#stack.splice(mark);
  }

  #put(index: number): void {
    this.#context.budget.take(ENTRY_BYTES);
    this.#memo[index] = this.#top();
  }

  #get(index: number): unknown {
    if (!(index in this.#memo)) throw this.#cursor.malformed(`nothing was remembered as ${index}`);
    return this.#memo[index];
  }

  #append(values: readonly unknown[]): void {
    const list = this.#top();
    if (list instanceof PyOpaque) return;
    if (!Array.isArray(list) || list instanceof PyTuple) throw this.#cursor.malformed('appends to no list');
    for (const value of values) list.push(value);
  }

  #setItems(values: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw this.#cursor.malformed('sets an item of no dict');
    if (values.length % 2 !== 0) throw this.#cursor.malformed('a dict key has no value');
    this.#context.budget.take((values.length / 2) * ENTRY_BYTES);
    for (let index = 0; index < values.length; index += 2) dict.set(values[index], values[index + 1]);
  }

  #addItems(values: readonly unknown[]): void {
    const set = this.#top();
    if (set instanceof PyOpaque) return;
    if (!(set instanceof Set)) throw this.#cursor.malformed('adds to no set');
    this.#context.budget.take(values.length * ENTRY_BYTES);
    for (const value of values) set.add(value);
  }

  #global([module, name]: readonly unknown[]): void {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.#cursor.malformed('a class name is not text');
    }
    const fullName = `${module}.${name}`;
    if (fullName.length > LONGEST_NAME) throw this.#cursor.malformed('a class name is too long');
    this.#pushNew(resolveGlobal(fullName) ?? new PyOpaque(fullName));
  }

  #call([callable, args]: readonly unknown[]): void {
    this.#pushNew(this.#resultOf(callable, args));
  }

  #resultOf(callable: unknown, args: unknown): unknown {
    const isOpaque = callable instanceof PyOpaque;
    if (!isOpaque && !(callable instanceof PyCallable)) {
      throw this.#cursor.malformed('calls what is not a function');
    }
    if (!(args instanceof PyTuple)) throw this.#cursor.malformed('arguments are not a tuple');
    const [first] = args;
    if (isOpaque) return new PyOpaque(instanceName(callable, first));
    // Made from what is not built, it cannot be built either.
    if (first instanceof PyOpaque) return new PyOpaque(first.className);
    // What is copied costs its walk, even where little comes of it.
    this.#context.budget.take(memoryOf(first));
    const result = callable.call(args, this.#context.tensors);
    if (result !== undefined) return result;
    // A tensor that cannot be read must not be missed in silence; a value of numpy or Python may be.
    if (!callable.fullName.startsWith('torch.')) return new PyOpaque(callable.fullName);
    throw this.#cursor.malformed(`${callable.fullName} was given arguments that are not supported`);
  }

  /** State set after construction; only the kinds seen in checkpoints. */
  #build(state: unknown): void {
    const target = this.#top();
    if (target instanceof PyOpaque) return;
    // The attributes of a state dict are `_metadata`, which torch fills in again when it is absent.
    if (target instanceof OrderedDict && state instanceof Map) return;
    if (target instanceof NumpyDType && state instanceof PyTuple && typeof state[1] === 'string') {
      target.littleEndian = state[1] !== '>';
      return;
    }
    // torch before 0.4 pickled a Parameter as (requires_grad, volatile, hooks).
    if (
      target instanceof StoredTensor &&
      target.isParameter &&
      state instanceof PyTuple &&
      state.length === 3
    ) {
      target.requiresGrad = state[0] === true;
      return;
    }
    throw this.#cursor.malformed('sets the state of an object that has none');
  }
}

/** Python makes most objects by a function of `copyreg`, whose first argument is the class. */
function instanceName(callable: PyOpaque, first: unknown): string {
  const isMaker = /^(copyreg|copy_reg)\./.test(callable.className);
  return isMaker && first instanceof PyOpaque ? first.className : callable.className;
}
