import {
  add,
  addWords,
  and,
  averageUp,
  type Code,
  equal,
  get,
  type KernelSource,
  load,
  loadLane,
  loop,
  minWords,
  multiplyWords,
  or,
  set,
  shuffle,
  splat,
  store,
  subtract,
  word,
  xor,
} from '../wasm/assemble.ts';
import { PAETH_VECTORS, paethOf } from './paeth-code.ts';

/** Rows that are undone at once: one per byte of a vector. */
export const ROWS = 16;
/** Bytes of each row that are worked on between reading and writing: as many, so that both are transposed alike. */
const BLOCK = 16;

const LANES: readonly number[] = Array.from({ length: ROWS }, (_, i) => i);
/** Each row's byte handed to the row below it. */
const ONE_DOWN: readonly number[] = LANES.map((lane) => (lane + ROWS - 1) % ROWS);

/**
 * Which rows have begun, for every moment until all have and one block more: row k begins `k * step` moments
 * after the first.
 */
export function startMasks(step: number): Uint8Array {
  return Uint8Array.from({ length: (ROWS * step + BLOCK) * ROWS }, (_, i) =>
    i >> 4 >= (i & 15) * step ? 255 : 0,
  );
}

/** Bytes between rows of the kernel's working copy: what runs over a row's end must not reach the next one. */
export const pitchOf = (rowBytes: number, step: number): number => rowBytes + (ROWS + 2) * step + 2 * BLOCK;

// Locals, numbered in the order of the module's declaration: parameters, words, vectors.
/** The first row's filter byte, and where plain rows go, one after the other. */
const FROM = 0;
const TO = 1;
const ROW_BYTES = 2;
/** First byte of the working copy's first row. Before the kernel runs, its last row holds the row above. */
const COPY = 3;
const PITCH = 4;
const MOMENT = 5;
const AT = 6;
const ABOVE = 7;
const MASKS = 8;
const COUNT = 9;
const FIRST_VECTOR = 10;
/** Before a block, bytes of one row each; while it is worked on, of one moment each. */
const bytes = (i: number): number => FIRST_VECTOR + i;
/** While a block is worked on, what lies above each byte. */
const above = (i: number): number => FIRST_VECTOR + BLOCK + i;
const isFilter = (filter: number): number => FIRST_VECTOR + 2 * BLOCK + filter;
const SPARE = FIRST_VECTOR + 2 * BLOCK + 5;
/** The last `step` moments of the block before: restored bytes, and what lay above them. */
const kept = (i: number): number => SPARE + PAETH_VECTORS + i;

const move = (local: number, by: Code): Code => set(local, addWords(get(local), by));

/**
 * A kernel that undoes 16 rows of any filters at once. Each byte waits for those to its left and above, so that row
 * k works a pixel behind row k − 1: the bytes of one moment lie on a slant and depend on earlier moments only.
 *
 * @param step bytes per pixel, 1…8.
 */
export function wavefront(step: number, memory: number): KernelSource {
  const restored = LANES.map((i) => restore(i, step));
  const turn = [readBlock(step), transpose, restored, keep(step), transpose, writeBlock(step)];
  const end = addWords(get(ROW_BYTES), word((ROWS - 1) * step));
  const body = [
    findFilters,
    // The copy's last row is the one above until it is overwritten, which happens behind where it is read.
    set(ABOVE, get(COPY)),
    LANES.slice(1).map(() => move(ABOVE, get(PITCH))),
    loop(MOMENT, BLOCK, end, turn),
    pack,
  ];
  return {
    parameters: PITCH + 1,
    words: COUNT - PITCH,
    vectors: kept(2 * step) - FIRST_VECTOR,
    memory,
    body,
  };
}

/** Which rows have filter 1, 2, …; the first byte of each row tells. */
const findFilters: Code = [
  set(AT, get(FROM)),
  LANES.map((lane) => [
    set(SPARE, loadLane(get(AT), 0, get(SPARE), lane)),
    move(AT, addWords(get(ROW_BYTES), word(1))),
  ]),
  [1, 2, 3, 4].map((filter) => set(isFilter(filter), equal(get(SPARE), splat(filter)))),
];

/** Row k is read `k * step` bytes behind the first row: what lies before its beginning is masked out later. */
const readBlock = (step: number): Code => [
  set(AT, addWords(addWords(get(FROM), word(1)), get(MOMENT))),
  LANES.map((i) => [set(bytes(i), load(get(AT))), move(AT, addWords(get(ROW_BYTES), word(1 - step)))]),
  set(MASKS, multiplyWords(minWords(word(ROWS * step), get(MOMENT)), word(ROWS))),
];

/** Rows to moments and back: four times, the first half is interleaved with the second. */
const transpose: Code = [0, 1, 2, 3].map((round) => {
  const [from, to] = round % 2 === 0 ? [bytes, above] : [above, bytes];
  return LANES.slice(0, 8).map((i) => {
    const pair = (first: number): Code => {
      const lanes = LANES.map((lane) => (lane >> 1) + first + (lane % 2) * 16);
      return shuffle(get(from(i)), get(from(i + 8)), lanes);
    };
    return [set(to(2 * i), pair(0)), set(to(2 * i + 1), pair(8))];
  });
});

/** One moment: a byte of each row, from what was restored a pixel to the left, above, and above to the left. */
function restore(i: number, step: number): Code {
  const a = get(i < step ? kept(i) : bytes(i - step));
  const c = get(i < step ? kept(step + i) : above(i - step));
  const b = get(above(i));
  const oneDown = shuffle(a, a, ONE_DOWN);
  const { first, prediction } = paethOf(a, b, c, SPARE);
  const average = subtract(averageUp(a, b), and(xor(a, b), splat(1)));
  return [
    set(above(i), loadLane(addWords(get(ABOVE), get(MOMENT)), i, oneDown, 0)),
    first,
    set(
      bytes(i),
      add(
        get(bytes(i)),
        or(
          or(and(a, get(isFilter(1))), and(b, get(isFilter(2)))),
          or(and(average, get(isFilter(3))), and(prediction, get(isFilter(4)))),
        ),
      ),
    ),
    set(bytes(i), and(get(bytes(i)), load(get(MASKS), i * ROWS))),
  ];
}

/** Remembers the last moments for the next block, as neither list of the block outlives its turn. */
const keep = (step: number): Code =>
  LANES.slice(0, step).map((i) => [
    set(kept(i), get(bytes(BLOCK - step + i))),
    set(kept(step + i), get(above(BLOCK - step + i))),
  ]);

/** A block runs over both ends of rows: {@link pitchOf} leaves room for it. */
const writeBlock = (step: number): Code => [
  set(AT, addWords(get(COPY), get(MOMENT))),
  LANES.map((i) => [store(get(AT), get(bytes(i))), move(AT, addWords(get(PITCH), word(-step)))]),
];

/** Rows of the copy, one after the other: what is too much of one is overwritten by the next. */
const pack: Code = loop(COUNT, 1, word(ROWS), [
  set(MOMENT, word(0)),
  loop(
    MOMENT,
    BLOCK,
    get(ROW_BYTES),
    store(addWords(get(TO), get(MOMENT)), load(addWords(get(COPY), get(MOMENT)))),
  ),
  move(TO, get(ROW_BYTES)),
  move(COPY, get(PITCH)),
]);
