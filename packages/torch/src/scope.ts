import { type Handle, native } from '@radweave/native';

/**
 * Lifetimes. Inside `tidy()` every tensor that is made belongs to the scope and is freed when it ends, unless
 * it is returned (it then belongs to the outer scope) or kept. Outside any scope the garbage collector is the
 * safety net; it runs only between macrotasks, so loops must use scopes.
 */

let current: ScopedHandle[] | undefined;

const collector = new FinalizationRegistry<Handle>((handle) => native().dispose([handle]));

/** A native handle whose lifetime the current scope decides. Tensors are the only kind. */
export abstract class ScopedHandle {
  /** Zero once disposed: no live handle is zero. */
  private owned: Handle;
  /** Kept objects outlive every scope; only dispose() or the garbage collector ends them. */
  private kept = false;

  constructor(handle: Handle) {
    this.owned = handle;
    this.adopt();
  }

  /** The native handle. @throws Error when the object was disposed. */
  get handle(): Handle {
    if (this.owned === 0) {
      throw new Error(
        `this ${this.constructor.name} was disposed; return it from tidy(), or keep() it, to use it afterwards`,
      );
    }
    return this.owned;
  }

  get isDisposed(): boolean {
    return this.owned === 0;
  }

  /** Frees the native object now. Doing so twice is harmless. */
  dispose(): void {
    if (this.owned === 0) return;
    collector.unregister(this);
    native().dispose([this.owned]);
    this.owned = 0;
  }

  /** Takes this object out of its scope: it lives until it is disposed or unreachable. */
  keep(): this {
    if (!this.kept) {
      this.kept = true;
      if (current !== undefined) this.leaveToCollector();
    }
    return this;
  }

  /** Hands the native object to the caller, who must give it an owner; this one counts as disposed. */
  release(): Handle {
    const handle = this.handle;
    collector.unregister(this);
    this.owned = 0;
    return handle;
  }

  /** Takes over another owner's native object in place of this one's. */
  protected replaceBy(other: ScopedHandle): void {
    const handle = other.release();
    const { kept } = this;
    this.dispose();
    this.owned = handle;
    if (kept) this.leaveToCollector();
    else this.adopt();
  }

  /** Puts this object into the scope that is now current. */
  protected adopt(): void {
    if (this.kept) return;
    if (current !== undefined) current.push(this);
    else this.leaveToCollector();
  }

  private leaveToCollector(): void {
    native().track(this.handle);
    collector.register(this, this.handle, this);
  }

  /** Ends a scope's list: what escapes moves to the scope outside, the rest is freed in one call. */
  protected static close(list: readonly ScopedHandle[], escaping: ReadonlySet<ScopedHandle>): void {
    const handles: Handle[] = [];
    for (const item of list) {
      if (item.owned === 0 || item.kept) continue;
      if (escaping.has(item)) {
        item.adopt();
      } else {
        handles.push(item.owned);
        item.owned = 0;
      }
    }
    if (handles.length > 0) native().dispose(handles);
  }

  /** See {@link tidy}. */
  static tidy<T>(body: () => T): T {
    const outer = current;
    const mine: ScopedHandle[] = [];
    const escaping = new Set<ScopedHandle>();
    current = mine;
    try {
      const result = body();
      if (result instanceof Promise) {
        result.catch(() => undefined);
        throw new TypeError('tidy() takes a synchronous function: its tensors are freed when it returns');
      }
      collect(result, escaping);
      return result;
    } catch (error) {
      escaping.clear();
      throw error;
    } finally {
      current = outer;
      ScopedHandle.close(mine, escaping);
    }
  }
}

/**
 * Runs `body` and frees every tensor it made, except those in its result (a tensor, or arrays, plain objects
 * and Maps of them). Everything is freed if it throws.
 *
 * @throws TypeError when `body` is async: a scope ends when the function returns.
 */
export function tidy<T>(body: () => T): T {
  return ScopedHandle.tidy(body);
}

function collect(value: unknown, into: Set<ScopedHandle>): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof ScopedHandle) {
    into.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, into);
  } else if (value instanceof Map) {
    for (const item of value.values()) collect(item, into);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) collect(item, into);
  }
}
