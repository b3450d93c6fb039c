import { CheckpointError } from './errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes given end inside the pickle; there may be more of it in the file. */
export class TruncatedPickleError extends CheckpointError {}

/** Reads the arguments of opcodes from a buffer, never past its end. */
export class PickleCursor {
  position: number;
  readonly #file: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(file: string, bytes: Uint8Array, position: number) {
    this.#file = file;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Big endian, as Python packs BINFLOAT. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  utf8(length: number): string {
    try {
      return UTF8.decode(this.bytes(length));
    } catch (cause) {
      if (cause instanceof CheckpointError) throw cause;
      throw this.malformed('a text is not valid UTF-8', cause);
    }
  }

  /** Text up to a line feed. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.#truncated();
    const text = this.utf8(end - this.position);
    this.position++;
    return text;
  }

  malformed(what: string, cause?: unknown): CheckpointError {
    return new CheckpointError(this.#file, `malformed pickle at byte ${this.position}: ${what}`, { cause });
  }

  #advance(length: number): number {
    const start = this.position;
    if (length > this.#bytes.byteLength - start) throw this.#truncated();
    this.position += length;
    return start;
  }

  #truncated(): TruncatedPickleError {
    return new TruncatedPickleError(
      this.#file,
      `is cut off inside its pickle, after byte ${this.#bytes.byteLength}. Copy or download it again`,
    );
  }
}
