import {
  assemble,
  type Code,
  get,
  type Kernel,
  type KernelSource,
  kernelsOf,
  loadByte,
  loadShort,
  loop,
  multiplyWords,
  storeByte,
  storeShort,
  word,
} from './wasm/assemble.ts';

type Table = Uint8Array | Uint16Array;

/** Entries of a table: one for each number of 16 bits. */
const ENTRIES = 1 << 16;
/** Numbers that are looked up at once, and those of one turn of the kernel. */
const AT_ONCE = 1 << 16;
const TURN = 8;
const FROM = 0;
const TABLE = FROM + 2 * AT_ONCE;
const TO = TABLE + 2 * ENTRIES;

/** By bytes per entry. */
const kernelOf = kernelsOf((size: number) => assemble(source(size)));

/** The entries of a table of 65,536 for these numbers. */
export function lookUp<T extends Table>(numbers: Uint16Array, table: T): T {
  const out = (
    table instanceof Uint16Array ? new Uint16Array(numbers.length) : new Uint8Array(numbers.length)
  ) as T;
  const kernel = kernelOf(table.BYTES_PER_ELEMENT);
  if (kernel !== null) return lookUpBy(kernel, numbers, table, out);
  for (let i = 0; i < numbers.length; i++) out[i] = table[numbers[i] as number] as number;
  return out;
}

function lookUpBy<T extends Table>({ memory, run }: Kernel, numbers: Uint16Array, table: T, out: T): T {
  const words = new Uint16Array(memory.buffer);
  const view = table instanceof Uint16Array ? words : memory;
  const size = table.BYTES_PER_ELEMENT;
  view.set(table, TABLE / size);
  for (let from = 0; from < numbers.length; from += AT_ONCE) {
    const part = numbers.subarray(from, from + AT_ONCE);
    words.set(part, FROM);
    run(part.length);
    out.set(view.subarray(TO / size, TO / size + part.length), from);
  }
  return out;
}

// Locals of the kernels.
const COUNT = 0;
const I = 1;

function source(size: number): KernelSource {
  const [fetch, put] = size === 2 ? [loadShort, storeShort] : [loadByte, storeByte];
  const at = (bytes: number): Code => multiplyWords(get(I), word(bytes));
  const turn = Array.from({ length: TURN }, (_, i) => {
    const number = multiplyWords(loadShort(at(2), FROM + 2 * i), word(size));
    return put(at(size), fetch(number, TABLE), TO + size * i);
  });
  const body = loop(I, TURN, get(COUNT), turn);
  return { parameters: 1, words: 1, vectors: 0, memory: TO + 2 * AT_ONCE, body };
}
