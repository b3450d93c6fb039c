import { CheckpointError } from './errors.ts';

const ALLOWANCE = 16 * 1024 * 1024;
const TIMES_THE_FILE = 8;

/**
 * The memory that the values of a file may take: in relation to its size, so that a small file that repeats, copies or
 * unpacks without end is refused before it fills the memory. Real checkpoints, which are nearly all weights, stay far below.
 */
export class MemoryBudget {
  readonly #file: string;
  readonly #fileSize: number;
  #left: number;

  constructor(file: string, fileSize: number) {
    this.#file = file;
    this.#fileSize = fileSize;
    this.#left = ALLOWANCE + TIMES_THE_FILE * fileSize;
  }

  /** Sets bytes aside. @throws CheckpointError when there are not so many left. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new CheckpointError(
      this.#file,
      `would take far more memory than its ${this.#fileSize} bytes justify: it is packed, or repeats its values. If you ` +
        'trust it, load it in Python and save again only the state dict, with .clone() of every tensor',
    );
  }
}

/** About the bytes that a new value takes in memory, without the items of a list, which have taken theirs already. */
export function memoryOf(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 8 : 16;
  if (typeof value === 'bigint') return 48;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return 160 + value.byteLength;
  if (Array.isArray(value)) return 48 + 8 * value.length;
  return value instanceof Map || value instanceof Set ? 208 + 32 * value.size : 100;
}
