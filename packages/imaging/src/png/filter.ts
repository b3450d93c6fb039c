import {
  addWords,
  assemble,
  type Code,
  get,
  type Kernel,
  type KernelSource,
  load,
  loop,
  set,
  store,
  subtract,
  subtractWords,
  word,
} from '../wasm/assemble.ts';
import { predict } from './paeth.ts';
import { PAETH_VECTORS, paethOf } from './paeth-code.ts';

const PAETH = 4;
const VECTOR = 16;
/** Bytes that are filtered at once: so few stay in a core's cache. Longer rows are left to the other way. */
const AT_ONCE = 1 << 17;
/** Where rows begin, behind the one above them, and where filtered ones do. */
const ROWS = AT_ONCE + VECTOR;
const FILTERED = ROWS + AT_ONCE + VECTOR;

/**
 * Filters the rows of a PNG by Paeth's predictor (PNG specification, section 9).
 *
 * @param step bytes per pixel.
 * @returns the rows, each behind its filter byte.
 */
export function paethRows(bytes: Uint8Array, rowBytes: number, rows: number, step: number): Uint8Array {
  const out = new Uint8Array(rows * (rowBytes + 1));
  const kernel = rowBytes * 2 < AT_ONCE ? kernelOnce() : null;
  if (kernel !== null) filterTogether(kernel, bytes, { rowBytes, rows, step }, out);
  for (let row = 0; row < rows; row++) {
    out[row * (rowBytes + 1)] = PAETH;
    // Vectors know nothing of a row's beginning.
    filterPlainly(bytes, { rowBytes, row, step }, kernel === null ? rowBytes : step, out);
  }
  return out;
}

/** The first `count` bytes of a row. */
function filterPlainly(
  bytes: Uint8Array,
  { rowBytes, row, step }: { rowBytes: number; row: number; step: number },
  count: number,
  out: Uint8Array,
): void {
  const at = row * rowBytes;
  const to = row * (rowBytes + 1) + 1;
  const byte = (i: number): number => (i < 0 ? 0 : (bytes[i] as number));
  for (let i = 0; i < count; i++) {
    const above = byte(at + i - rowBytes);
    const isFirst = i < step;
    const left = isFirst ? 0 : byte(at + i - step);
    out[to + i] = byte(at + i) - predict(left, above, isFirst ? 0 : byte(at + i - step - rowBytes));
  }
}

function filterTogether(
  { memory, run }: Kernel,
  bytes: Uint8Array,
  { rowBytes, rows, step }: { rowBytes: number; rows: number; step: number },
  out: Uint8Array,
): void {
  const most = Math.floor(AT_ONCE / (rowBytes + 1));
  memory.fill(0, ROWS - rowBytes, ROWS);
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const from = Math.max(0, row - 1);
    memory.set(bytes.subarray(from * rowBytes, (row + count) * rowBytes), ROWS - (row - from) * rowBytes);
    run(rowBytes, count, step);
    const filtered = memory.subarray(FILTERED, FILTERED + count * (rowBytes + 1));
    out.set(filtered, row * (rowBytes + 1));
  }
}

let kernel: Kernel | null | undefined;

function kernelOnce(): Kernel | null {
  if (kernel === undefined) kernel = assemble(source());
  return kernel;
}

// Locals of the kernel.
const ROW_BYTES = 0;
const COUNT = 1;
const STEP = 2;
const ROW = 3;
const AT = 4;
const ABOVE = 5;
const TO = 6;
const I = 7;
const SPARE = 8;

function source(): KernelSource {
  const move = (local: number, by: Code): Code => set(local, addWords(get(local), by));
  const here = (local: number): Code => addWords(get(local), get(I));
  const left = (local: number): Code => subtractWords(here(local), get(STEP));
  const { first, prediction } = paethOf(load(left(AT)), load(here(ABOVE)), load(left(ABOVE)), SPARE);
  const body = [
    set(AT, word(ROWS)),
    set(ABOVE, subtractWords(get(AT), get(ROW_BYTES))),
    set(TO, word(FILTERED + 1)),
    // What runs over a row's end the next one overwrites.
    loop(ROW, 1, get(COUNT), [
      set(I, word(0)),
      loop(I, VECTOR, get(ROW_BYTES), [first, store(here(TO), subtract(load(here(AT)), prediction))]),
      set(ABOVE, get(AT)),
      move(AT, get(ROW_BYTES)),
      move(TO, addWords(get(ROW_BYTES), word(1))),
    ]),
  ];
  const memory = FILTERED + AT_ONCE + VECTOR;
  return { parameters: 3, words: SPARE - 3, vectors: PAETH_VECTORS, memory, body };
}
