import {
  add32,
  addWords,
  type Code,
  dotPairs,
  get,
  highBytesWide,
  type KernelSource,
  load,
  loadBytesWide,
  loadSplat32,
  loadWord,
  loop,
  lowBytesWide,
  multiplyWords,
  narrow16,
  narrow32,
  set,
  shiftLeft32,
  shiftRight32,
  shuffle,
  splat,
  splatWord,
  store,
  store32,
  word,
} from '../wasm/assemble.ts';
import { LOCALS, passes, VECTORS } from './passes-code.ts';
import { PRECISION } from './weights.ts';

/** Products are of 16-bit numbers: weights come in two halves, the lower one of so many bits. */
export const LOW_BITS = 11;

const { AT, FROM, K, PITCH, TAPS_ACROSS, TAPS_DOWN, TO, WEIGHTS } = LOCALS;
const LANES: readonly number[] = [0, 1, 2, 3];
/** Sums of the upper and of the lower halves. */
const upper = (i: number): number => VECTORS + i;
const lower = (i: number): number => VECTORS + 4 + i;
const spare = (i: number): number => VECTORS + 8 + i;
const clear: Code = LANES.map((i) => [set(upper(i), splat(0)), set(lower(i), splat(0))]);

/** Both halves joined. */
const sum = (i: number): Code => add32(shiftLeft32(get(upper(i)), LOW_BITS), get(lower(i)));
const rounded = (sums: Code): Code => shiftRight32(add32(sums, splatWord(2 ** (PRECISION - 1))), PRECISION);
const weigh = (sums: number, pixels: Code, weights: Code): Code =>
  set(sums, add32(get(sums), dotPairs(pixels, weights)));

/** Four positions of a row at once, eight taps of each. */
const across: Code = [
  clear,
  set(K, word(0)),
  loop(K, 8, get(TAPS_ACROSS), [
    LANES.map((i) => [
      set(spare(0), loadBytesWide(addWords(addWords(get(AT), loadWord(get(FROM), 4 * i)), get(K)))),
      weigh(upper(i), get(spare(0)), load(get(WEIGHTS), 32 * i)),
      weigh(lower(i), get(spare(0)), load(get(WEIGHTS), 32 * i + 16)),
    ]),
    set(WEIGHTS, addWords(get(WEIGHTS), word(128))),
  ]),
  LANES.map((i) => set(upper(i), sum(i))),
  set(spare(0), addNeighbours(get(upper(0)), get(upper(1)))),
  set(spare(1), addNeighbours(get(upper(2)), get(upper(3)))),
  set(spare(0), rounded(addNeighbours(get(spare(0)), get(spare(1))))),
  store32(get(TO), narrow16(narrow32(get(spare(0)), get(spare(0))), splat(0))),
];

/** Of two vectors: the numbers at even places added to those at odd ones. */
function addNeighbours(x: Code, y: Code): Code {
  const places = (first: number): number[] =>
    LANES.flatMap((i) => LANES.map((byte) => 8 * i + 4 * first + byte));
  return add32(shuffle(x, y, places(0)), shuffle(x, y, places(1)));
}

const pairs = (first: number): number[] =>
  Array.from({ length: 16 }, (_, i) => first + (i >> 1) + 16 * (i % 2));

/** 16 columns at once, two rows of each. */
const down: Code = [
  clear,
  set(K, word(0)),
  loop(K, 2, get(TAPS_DOWN), [
    set(spare(0), load(get(AT))),
    set(spare(1), load(addWords(get(AT), get(PITCH)))),
    set(AT, addWords(get(AT), multiplyWords(get(PITCH), word(2)))),
    [lowBytesWide, highBytesWide].flatMap((half, i) =>
      [0, 8].map((first, side) => [
        set(spare(2), half(shuffle(get(spare(0)), get(spare(1)), pairs(first)))),
        weigh(upper(2 * side + i), get(spare(2)), loadSplat32(get(WEIGHTS))),
        weigh(lower(2 * side + i), get(spare(2)), loadSplat32(get(WEIGHTS), 4)),
      ]),
    ),
    set(WEIGHTS, addWords(get(WEIGHTS), word(8))),
  ]),
  store(
    get(TO),
    narrow16(narrow32(rounded(sum(0)), rounded(sum(1))), narrow32(rounded(sum(2)), rounded(sum(3)))),
  ),
];

/** Resizes bytes, as PIL does in fixed point. */
export const resizeBytes = (memory: number): KernelSource =>
  passes({ across: { code: across, writes: 4 }, down: { code: down, writes: 16 } }, memory);
