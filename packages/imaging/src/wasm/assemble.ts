/**
 * The few words of WebAssembly (core specification 2.0) that kernels of this package are written in. A piece of code
 * is its bytes and further pieces, operands before operators.
 */
export type Code = readonly (number | Code)[];

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** Signed LEB128. */
function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}

const simd = (code: number, ...immediate: Code): Code => [0xfd, unsigned(code), immediate];
/** Alignment (none is promised) and offset of an access to the memory. */
const at = (offset: number): Code => [0, unsigned(offset)];
const binary =
  (...operator: Code) =>
  (x: Code, y: Code): Code => [x, y, operator];

/** Unsigned comparison of words. */
const LESS = 0x49;

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
export const word = (value: number): Code => [0x41, signed(value)];
export const addWords: (x: Code, y: Code) => Code = binary(0x6a);
export const subtractWords: (x: Code, y: Code) => Code = binary(0x6b);
export const multiplyWords: (x: Code, y: Code) => Code = binary(0x6c);
/** The smaller of two unsigned words. */
export const minWords = (x: Code, y: Code): Code => [x, y, x, y, LESS, 0x1b];

/** Runs `body` once and again as long as local `counter`, raised by `by` after each turn, is below `end`. */
export const loop = (counter: number, by: number, end: Code, body: Code): Code => {
  const next = set(counter, addWords(get(counter), word(by)));
  return [0x03, 0x40, body, next, get(counter), end, LESS, 0x0d, 0x00, 0x0b];
};

/** The word at the address. */
export const loadWord = (address: Code, offset = 0): Code => [address, 0x28, at(offset)];
/** The byte, or the 16 bits, at the address as a word; the lowest bits of a word stored. */
export const loadByte = (address: Code, offset: number): Code => [address, 0x2d, at(offset)];
export const loadShort = (address: Code, offset: number): Code => [address, 0x2f, at(offset)];
export const storeByte = (address: Code, value: Code, offset: number): Code => [
  address,
  value,
  0x3a,
  at(offset),
];
export const storeShort = (address: Code, value: Code, offset: number): Code => [
  address,
  value,
  0x3b,
  at(offset),
];
export const load = (address: Code, offset = 0): Code => [address, simd(0x00, at(offset))];
/** Eight bytes as numbers of 16 bits. */
export const loadBytesWide = (address: Code): Code => [address, simd(0x02, at(0))];
/** Four unsigned 16-bit numbers as numbers of 32 bits. */
export const loadWide = (address: Code): Code => [address, simd(0x04, at(0))];
/** The same 32 bits four times, the same 64 bits twice. */
export const loadSplat32 = (address: Code, offset = 0): Code => [address, simd(0x09, at(offset))];
export const loadSplat64 = (address: Code): Code => [address, simd(0x0a, at(0))];
export const store = (address: Code, value: Code): Code => [address, value, simd(0x0b, at(0))];
/** `vector` with the byte at the address in one lane. */
export const loadLane = (address: Code, offset: number, vector: Code, lane: number): Code => [
  address,
  vector,
  simd(0x54, at(offset), lane),
];
/** Stores the first 32, or 64, bits. */
export const store32 = (address: Code, value: Code): Code => [address, value, simd(0x5a, at(0), 0)];
export const store64 = (address: Code, value: Code): Code => [address, value, simd(0x5b, at(0), 0)];

/** 16 times the same byte. */
export const splat = (byte: number): Code => [word(byte), simd(0x0f)];
/** Byte by byte from two vectors: 0…15 names a byte of the first, 16…31 one of the second. */
export const shuffle = (x: Code, y: Code, lanes: readonly number[]): Code => [x, y, simd(0x0d, lanes)];
/** `x` where the mask is 255, `y` where it is 0. */
export const choose = (mask: Code, x: Code, y: Code): Code => [x, y, mask, simd(0x52)];

/** On 16 unsigned bytes at once; comparisons give 255 or 0, "saturated" stops at 0 and 255. */
export const equal: (x: Code, y: Code) => Code = binary(simd(0x23));
export const notBelow: (x: Code, y: Code) => Code = binary(simd(0x2c));
export const and: (x: Code, y: Code) => Code = binary(simd(0x4e));
export const or: (x: Code, y: Code) => Code = binary(simd(0x50));
export const xor: (x: Code, y: Code) => Code = binary(simd(0x51));
export const add: (x: Code, y: Code) => Code = binary(simd(0x6e));
export const addSaturated: (x: Code, y: Code) => Code = binary(simd(0x70));
export const subtract: (x: Code, y: Code) => Code = binary(simd(0x71));
export const subtractSaturated: (x: Code, y: Code) => Code = binary(simd(0x73));
export const smaller: (x: Code, y: Code) => Code = binary(simd(0x77));
export const larger: (x: Code, y: Code) => Code = binary(simd(0x79));
/** On eight unsigned 16-bit numbers at once. */
export const smallerWide: (x: Code, y: Code) => Code = binary(simd(0x97));
export const largerWide: (x: Code, y: Code) => Code = binary(simd(0x99));
/** (x + y + 1) >> 1. */
export const averageUp: (x: Code, y: Code) => Code = binary(simd(0x7b));

/** On four numbers of 32 bits at once. */
export const splatWord = (value: number): Code => [word(value), simd(0x11)];
export const add32: (x: Code, y: Code) => Code = binary(simd(0xae));
export const shiftLeft32 = (x: Code, by: number): Code => [x, word(by), simd(0xab)];
export const shiftRight32 = (x: Code, by: number): Code => [x, word(by), simd(0xac)];
/** Products of signed 16-bit numbers, each two of them added up to one of 32 bits. */
export const dotPairs: (x: Code, y: Code) => Code = binary(simd(0xba));
/** The first, or the last, eight bytes as numbers of 16 bits. */
export const lowBytesWide = (x: Code): Code => [x, simd(0x89)];
export const highBytesWide = (x: Code): Code => [x, simd(0x8a)];
/** Numbers of two vectors in half as many bits, those too large as the largest. */
export const narrow16: (x: Code, y: Code) => Code = binary(simd(0x66));
export const narrow32: (x: Code, y: Code) => Code = binary(simd(0x86));

/** On floating-point numbers: four of 32 bits, or two of 64 bits made of or to the first two of 32 bits. */
export const addFloats: (x: Code, y: Code) => Code = binary(simd(0xe4));
export const addDoubles: (x: Code, y: Code) => Code = binary(simd(0xf0));
export const multiplyDoubles: (x: Code, y: Code) => Code = binary(simd(0xf2));
export const doublesOfWords = (x: Code): Code => [x, simd(0xff)];
export const doublesOfFloats = (x: Code): Code => [x, simd(0x5f)];
export const floatsOfDoubles = (x: Code): Code => [x, simd(0x5e)];
/** Four times the same number of 32 bits. */
export const splatFloat = (value: number): Code => [
  0x43,
  [...new Uint8Array(Float32Array.of(value).buffer)],
  simd(0x13),
];
/** What is before the point. */
export const wordsOfFloats = (x: Code): Code => [x, simd(0xf9)];

const PAGE = 1 << 16;
const I32 = 0x7f;
const V128 = 0x7b;

/** A module of one function over its own memory. */
export interface KernelSource {
  /** 32-bit parameters, which are the first locals. */
  readonly parameters: number;
  /** More 32-bit locals, the next ones. */
  readonly words: number;
  /** Locals of 128 bits, the last ones. */
  readonly vectors: number;
  /** Size of the memory, in bytes. */
  readonly memory: number;
  readonly body: Code;
}

export interface Kernel {
  readonly memory: Uint8Array;
  readonly run: (...parameters: number[]) => void;
}

/** What is used of the engine; Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => {
    readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly run: Kernel['run'] };
  };
};

/** The kernel ready to run; null where there is no WebAssembly (`--jitless`), none with vectors, or no address space. */
export function assemble(source: KernelSource): Kernel | null {
  try {
    const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(source))).exports;
    return { memory: new Uint8Array(memory.buffer), run };
  } catch {
    return null;
  }
}

/** A kernel of each key, made when it is first asked for. */
export function kernelsOf<Key>(make: (key: Key) => Kernel | null): (key: Key) => Kernel | null {
  const kernels = new Map<Key, Kernel | null>();
  return (key) => {
    const known = kernels.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    kernels.set(key, made);
    return made;
  };
}

function moduleBytes({ parameters, words, vectors, memory, body }: KernelSource): Uint8Array {
  const types = Array.from({ length: parameters }, () => I32);
  const code = flat([2, unsigned(words), I32, unsigned(vectors), V128, body, 0x0b]);
  return Uint8Array.from(
    flat([
      [0x00, text('asm'), 1, 0, 0, 0],
      section(1, [0x60, parameters, types, 0]),
      section(3, [0]),
      section(5, [0, unsigned(Math.ceil(memory / PAGE))]),
      section(7, [name('memory'), 2, 0], [name('run'), 0, 0]),
      section(10, [unsigned(code.length), code]),
    ]),
  );
}

function section(id: number, ...entries: Code[]): Code {
  const content = flat([entries.length, entries]);
  return [id, unsigned(content.length), content];
}

/** The bytes of a piece of code. A list that grows: joining lists at every level takes longer than compiling. */
function flat(code: Code, bytes: number[] = []): number[] {
  for (const piece of code) {
    if (typeof piece === 'number') bytes.push(piece);
    else flat(piece, bytes);
  }
  return bytes;
}

const text = (value: string): Code => [...Buffer.from(value, 'latin1')];
const name = (value: string): Code => [value.length, text(value)];
