/** Larger memory is given up after each use. */
const MAX_KEPT = 1 << 20;

/** Memory used for one slice after the other: new memory is zeroed, paid for by page faults and collected each time. */
export class Scratch {
  #kept = new Uint8Array(0);

  /** `length` bytes of any content, valid until the next call. */
  take(length: number): Uint8Array {
    if (length > MAX_KEPT) return new Uint8Array(length);
    if (this.#kept.length < length) this.#kept = new Uint8Array(length);
    return this.#kept.subarray(0, length);
  }
}
