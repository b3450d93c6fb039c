import { OP } from './opcodes.ts';

const MOST_INTEGER_BYTES = 255;
const FIRST_BYTES = 1 << 16;

/** Writes single opcodes with their arguments. */
export class PickleEmitter {
  /** Grows as it is filled: a pickle of a checkpoint has tens of thousands of pieces of a few bytes. */
  #bytes = Buffer.alloc(FIRST_BYTES);
  #length = 0;
  /** Texts and globals already written, which repeat in every tensor. */
  readonly #memo = new Map<string, number>();

  /** Everything written so far. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  op(...bytes: number[]): void {
    this.#reserve(bytes.length);
    for (const byte of bytes) this.#bytes[this.#length++] = byte;
  }

  float(value: number): void {
    this.op(OP.BINFLOAT);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  /** @throws TypeError for integers of more than 2,040 bits. */
  integer(value: bigint): void {
    if (value >= 0n && value <= 0xffn) this.op(OP.BININT1, Number(value));
    else if (value >= 0n && value <= 0xffffn) this.op(OP.BININT2, ...littleEndian(value, 2));
    else if (BigInt.asIntN(32, value) === value) this.op(OP.BININT, ...littleEndian(value, 4));
    else this.#longInteger(value);
  }

  /** @throws TypeError for half of a surrogate pair, which UTF-8 cannot hold. */
  text(value: string): void {
    this.#once(`text ${value}`, () => {
      const utf8 = Buffer.from(value, 'utf8');
      if (utf8.toString('utf8') !== value) throw new TypeError('the text has half of a surrogate pair');
      this.op(OP.BINUNICODE, ...littleEndian(BigInt(utf8.byteLength), 4));
      this.#append(utf8);
    });
  }

  global(module: string, name: string): void {
    this.#once(`global ${module} ${name}`, () => {
      this.op(OP.GLOBAL);
      this.#append(Buffer.from(`${module}\n${name}\n`));
    });
  }

  #longInteger(value: bigint): void {
    let length = 5;
    while (length <= MOST_INTEGER_BYTES && BigInt.asIntN(8 * length, value) !== value) length++;
    if (length > MOST_INTEGER_BYTES) throw new TypeError('the integer has too many digits');
    this.op(OP.LONG1, length, ...littleEndian(value, length));
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** Makes room for that many more bytes. */
  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.byteLength) return;
    const grown = Buffer.alloc(2 * (this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  /** Writes something the first time and refers to it later. */
  #once(key: string, write: () => void): void {
    const known = this.#memo.get(key);
    const index = known ?? this.#memo.size;
    const small = index <= 0xff;
    const encoded = small ? [index] : littleEndian(BigInt(index), 4);
    if (known !== undefined) {
      this.op(small ? OP.BINGET : OP.LONG_BINGET, ...encoded);
      return;
    }
    write();
    this.#memo.set(key, index);
    this.op(small ? OP.BINPUT : OP.LONG_BINPUT, ...encoded);
  }
}

/** Two's complement bytes of an integer that fits. */
function littleEndian(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}
