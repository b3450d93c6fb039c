import { isDeepStrictEqual } from 'node:util';
import { Tensor } from '../tensor.ts';

/**
 * A dict out of a checkpoint, read with checks: every complaint says which entry of what is wrong.
 * Dicts may be Maps, as checkpoint files give them, or plain objects.
 */
export class SavedDict {
  /** What is being read, for messages: `AdamW state: param_groups[0]`. */
  readonly place: string;
  private readonly entries: ReadonlyMap<unknown, unknown>;

  /** @throws TypeError when `value` is not a dict. */
  constructor(value: unknown, place: string) {
    this.place = place;
    if (value instanceof Map) {
      this.entries = value;
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      this.entries = new Map(Object.entries(value));
    } else {
      throw new TypeError(`${place}: expected a dict, got ${describe(value)}`);
    }
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  keys(): unknown[] {
    return [...this.entries.keys()];
  }

  dict(key: unknown): SavedDict {
    return new SavedDict(this.entries.get(key), `${this.place}[${String(key)}]`);
  }

  dicts(key: string): SavedDict[] {
    return this.list(key).map((item, i) => new SavedDict(item, `${this.place}[${key}][${i}]`));
  }

  list(key: string): readonly unknown[] {
    const value = this.entries.get(key);
    return Array.isArray(value) ? value : this.fail(key, 'a list');
  }

  /** A number; torch 2 may save a learning rate as a tensor of one element. */
  number(key: string): number {
    return toNumber(this.entries.get(key)) ?? this.fail(key, 'a number');
  }

  numbers(key: string): number[] {
    return this.list(key).map((item) => toNumber(item) ?? this.fail(key, 'numbers'));
  }

  /** Exactly two numbers. */
  pair(key: string): readonly [number, number] {
    const [first, second, ...rest] = this.numbers(key);
    if (first === undefined || second === undefined || rest.length > 0) return this.fail(key, 'two numbers');
    return [first, second];
  }

  /** False where the entry is absent. */
  flag(key: string): boolean {
    const value = this.entries.get(key) ?? false;
    return typeof value === 'boolean' ? value : this.fail(key, 'a boolean');
  }

  tensor(key: string): Tensor {
    const value = this.entries.get(key);
    return value instanceof Tensor ? value : this.fail(key, 'a tensor');
  }

  /** A tensor, or null where the entry is None or absent. */
  optionalTensor(key: string): Tensor | null {
    return (this.entries.get(key) ?? null) === null ? null : this.tensor(key);
  }

  /** @throws RangeError when a setting that is not offered here has another value than this; one that is absent is passed over. */
  requireSame(settings: Readonly<Record<string, unknown>>): void {
    for (const [key, expected] of Object.entries(settings)) {
      const value = this.entries.get(key) ?? expected;
      if (isDeepStrictEqual(value, expected)) continue;
      const found = value === true ? 'on' : String(value);
      throw new RangeError(`${this.place}: '${key}' is ${found}, which is not supported here`);
    }
  }

  private fail(key: unknown, expected: string): never {
    const got = describe(this.entries.get(key));
    throw new TypeError(`${this.place}: '${String(key)}' should be ${expected}, got ${got}`);
  }
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Tensor && value.numel === 1) return value.item();
  return undefined;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  return typeof value === 'object' ? value.constructor.name : `${typeof value} ${String(value)}`;
}
