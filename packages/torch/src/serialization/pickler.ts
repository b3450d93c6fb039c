import { OP } from './opcodes.ts';
import { PickleEmitter } from './pickle-emitter.ts';
import { asCall, PersistentId, PyCall, PyGlobal, type StoragePlace } from './python-calls.ts';
import { OrderedDict, PyFloat, PyOpaque, PyTuple } from './python-values.ts';
import type { StoredTensor } from './stored-tensor.ts';

const PROTOCOL = 2;
const DEEPEST = 200;

/**
 * Pickles a value with protocol 2 and only those globals that `torch.load(weights_only=True)` allows.
 *
 * Safe integers are written as int and all other numbers as float; wrap one in {@link PyFloat} to make it a float
 * in any case. bigint → int, `Map` and plain objects → dict, {@link OrderedDict} → OrderedDict, array → list,
 * {@link PyTuple} → tuple, Set → set, Uint8Array → bytes, null → None.
 *
 * @param place called for each tensor in the order of writing.
 * @throws TypeError for values that have no such counterpart, naming where in the value they are.
 */
export function pickle(value: unknown, place: (tensor: StoredTensor) => StoragePlace): Uint8Array {
  const out = new PickleEmitter();
  out.op(OP.PROTO, PROTOCOL);
  new Pickler(out, place).write(value);
  out.op(OP.STOP);
  return out.finish();
}

class Pickler {
  readonly #out: PickleEmitter;
  readonly #place: (tensor: StoredTensor) => StoragePlace;
  /** The way to the value being written. */
  readonly #path: string[] = [];

  constructor(out: PickleEmitter, place: (tensor: StoredTensor) => StoragePlace) {
    this.#out = out;
    this.#place = place;
  }

  write(value: unknown): void {
    if (this.#path.length > DEEPEST) {
      throw new TypeError(
        `cannot save a value nested deeper than ${DEEPEST} levels (does it contain itself?)`,
      );
    }
    if (!this.#plain(value) && !this.#container(value) && !this.#object(value)) {
      const kind = typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
      throw this.#unsupported(`${kind} has no counterpart in a checkpoint`);
    }
  }

  #plain(value: unknown): boolean {
    if (value === null) this.#out.op(OP.NONE);
    else if (typeof value === 'boolean') this.#out.op(value ? OP.NEWTRUE : OP.NEWFALSE);
    else if (typeof value === 'string') this.#leaf(() => this.#out.text(value));
    else if (typeof value === 'bigint') this.#leaf(() => this.#out.integer(value));
    else if (value instanceof PyFloat) this.#out.float(value.value);
    else if (typeof value !== 'number') return false;
    else if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#out.integer(BigInt(value));
    else this.#out.float(value);
    return true;
  }

  #container(value: unknown): boolean {
    if (value instanceof PyOpaque) {
      throw this.#unsupported(`an object of the class ${value.className}, which was not built`);
    }
    if (value instanceof OrderedDict) {
      this.write(new PyCall('collections', 'OrderedDict'));
      this.#entries(value);
    } else if (value instanceof Map) {
      this.#out.op(OP.EMPTY_DICT);
      this.#entries(value);
    } else if (value instanceof PyTuple) {
      this.#out.op(OP.MARK);
      this.#items(value);
      this.#out.op(OP.TUPLE);
    } else if (Array.isArray(value)) {
      this.#out.op(OP.EMPTY_LIST, OP.MARK);
      this.#items(value);
      this.#out.op(OP.APPENDS);
    } else if (isPlainObject(value)) {
      this.#out.op(OP.EMPTY_DICT);
      this.#entries(Object.entries(value));
    } else {
      return false;
    }
    return true;
  }

  #object(value: unknown): boolean {
    if (value instanceof PyGlobal) {
      this.#out.global(value.module, value.name);
    } else if (value instanceof PyCall) {
      this.write(value.callee);
      this.write(value.args);
      this.#out.op(OP.REDUCE);
    } else if (value instanceof PersistentId) {
      this.write(value.id);
      this.#out.op(OP.BINPERSID);
    } else {
      const call = asCall(value, this.#place);
      if (call === undefined) return false;
      this.write(call);
    }
    return true;
  }

  #items(items: readonly unknown[]): void {
    for (const [index, item] of items.entries()) this.#at(`[${index}]`, item);
  }

  #entries(entries: Iterable<readonly [unknown, unknown]>): void {
    this.#out.op(OP.MARK);
    for (const [key, value] of entries) {
      this.write(key);
      this.#at(`[${typeof key === 'string' ? JSON.stringify(key) : String(key)}]`, value);
    }
    this.#out.op(OP.SETITEMS);
  }

  #at(step: string, value: unknown): void {
    this.#path.push(step);
    this.write(value);
    this.#path.pop();
  }

  /** Writes a leaf; its error learns where in the value it happened. */
  #leaf(write: () => void): void {
    try {
      write();
    } catch (cause) {
      throw this.#unsupported(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  #unsupported(what: string, cause?: unknown): TypeError {
    return new TypeError(`cannot save the value${this.#path.join('')}: ${what}`, { cause });
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
