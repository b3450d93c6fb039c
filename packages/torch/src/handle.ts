import type { Handle } from '@radweave/native';

/** What owns a native handle: tensors and random generators. Operators take these as arguments. */
export abstract class HandleOwner {
  /** Zero once disposed: no live handle is zero. */
  protected owned: Handle;

  constructor(handle: Handle) {
    this.owned = handle;
  }

  /** Handles of tensors and of generators are numbers alike: this tells them apart. */
  abstract get holds(): 'tensor' | 'generator';

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
}
