import {
  addDoubles,
  addFloats,
  addWords,
  type Code,
  doublesOfFloats,
  doublesOfWords,
  floatsOfDoubles,
  get,
  type KernelSource,
  load,
  loadSplat64,
  loadWide,
  loadWord,
  loop,
  multiplyDoubles,
  multiplyWords,
  narrow32,
  set,
  shuffle,
  splat,
  splatFloat,
  store64,
  word,
  wordsOfFloats,
} from '../wasm/assemble.ts';
import { LOCALS, passes, VECTORS } from './passes-code.ts';

const { AT, FROM, K, PITCH, TAPS_ACROSS, TAPS_DOWN, TO, WEIGHTS } = LOCALS;
/** Two sums each. */
const sums = (i: number): number => VECTORS + i;
const product = (i: number): number => VECTORS + 2 + i;
const SAMPLES = VECTORS + 6;

const FIRST_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const LAST_HALVES = FIRST_HALVES.map((byte) => byte + 8);
const lastHalf = (x: Code): Code => shuffle(x, x, LAST_HALVES);
const clear: Code = [set(sums(0), splat(0)), set(sums(1), splat(0)), set(K, word(0))];

/**
 * Four positions of a row, four taps of each: two vectors of products a position. Sums grow tap by tap, as in PIL: added up in
 * another order they would be rounded otherwise.
 */
const across: Code = [
  clear,
  loop(K, 4, get(TAPS_ACROSS), [
    [0, 1].map((pair) => [
      [0, 1].map((i) => {
        const position = 2 * pair + i;
        const from = addWords(loadWord(get(FROM), 4 * position), multiplyWords(get(K), word(2)));
        const weights = (half: number): Code => load(get(WEIGHTS), 32 * position + 16 * half);
        return [
          set(SAMPLES, loadWide(addWords(get(AT), from))),
          set(product(2 * i), multiplyDoubles(doublesOfWords(get(SAMPLES)), weights(0))),
          set(product(2 * i + 1), multiplyDoubles(doublesOfWords(lastHalf(get(SAMPLES))), weights(1))),
        ];
      }),
      [0, 1].map((half) =>
        [FIRST_HALVES, LAST_HALVES].map((lanes) =>
          set(
            sums(pair),
            addDoubles(get(sums(pair)), shuffle(get(product(half)), get(product(2 + half)), lanes)),
          ),
        ),
      ),
    ]),
    set(WEIGHTS, addWords(get(WEIGHTS), word(128))),
  ]),
  store64(get(TO), floatsOfDoubles(get(sums(0)))),
  store64(addWords(get(TO), word(8)), floatsOfDoubles(get(sums(1)))),
];

/** Four columns, one row of each. */
const down: Code = [
  clear,
  loop(K, 1, get(TAPS_DOWN), [
    set(SAMPLES, load(get(AT))),
    set(AT, addWords(get(AT), get(PITCH))),
    [get(SAMPLES), lastHalf(get(SAMPLES))].map((two, i) =>
      set(
        sums(i),
        addDoubles(get(sums(i)), multiplyDoubles(doublesOfFloats(two), loadSplat64(get(WEIGHTS)))),
      ),
    ),
    set(WEIGHTS, addWords(get(WEIGHTS), word(8))),
  ]),
  set(SAMPLES, shuffle(floatsOfDoubles(get(sums(0))), floatsOfDoubles(get(sums(1))), FIRST_HALVES)),
  // Rounds: what is behind the point is cut off.
  set(SAMPLES, wordsOfFloats(addFloats(get(SAMPLES), splatFloat(0.5)))),
  store64(get(TO), narrow32(get(SAMPLES), get(SAMPLES))),
];

/** Resizes numbers of 16 bits, as PIL's float mode does; what lies between the passes is floats. */
export const resizeWords = (memory: number): KernelSource =>
  passes({ across: { code: across, writes: 16 }, down: { code: down, writes: 8 } }, memory);
