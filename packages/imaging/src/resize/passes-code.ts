import { addWords, type Code, get, type KernelSource, loadWord, loop, set, word } from '../wasm/assemble.ts';

/** What a turn of a pass is: `code` weighs and writes so many bytes. */
interface Turn {
  readonly code: Code;
  readonly writes: number;
}

/** Parameters of the kernel, in their order; all but numbers of taps, rows and columns are addresses or numbers of bytes. */
export const PARAMETERS = {
  /** For each column of the result: how far from the beginning of a row its first tap lies. */
  fromAcross: 0,
  weightsAcross: 1,
  tapsAcross: 2,
  input: 3,
  inputPitch: 4,
  rows: 5,
  /** Columns of the result, filled up to whole turns. */
  columns: 6,
  /** What lies between the passes, and the length of its rows. */
  narrow: 7,
  pitch: 8,
  /** For each row of the result: where the row of its first tap lies. */
  fromDown: 9,
  weightsDown: 10,
  tapsDown: 11,
  output: 12,
  height: 13,
} as const;

const P = PARAMETERS;
const FIRST: number = Object.keys(P).length;
const ROW = FIRST + 6;
const ROW_WEIGHTS = FIRST + 7;

type Local = 'AT' | 'COLUMN' | 'FROM' | 'K' | 'TO' | 'WEIGHTS' | 'PITCH' | 'TAPS_ACROSS' | 'TAPS_DOWN';

/** What the code of a turn uses. `AT` is the row of the input, or where the first tap of these columns lies. */
export const LOCALS: Readonly<Record<Local, number>> = {
  AT: FIRST,
  COLUMN: FIRST + 1,
  FROM: FIRST + 2,
  K: FIRST + 3,
  TO: FIRST + 4,
  WEIGHTS: FIRST + 5,
  PITCH: P.pitch,
  TAPS_ACROSS: P.tapsAcross,
  TAPS_DOWN: P.tapsDown,
};
export const VECTORS: number = FIRST + 8;
const MOST_VECTORS = 11;

/** Positions that a turn of the first pass makes, and bytes of columns that one of the second does. */
export const POSITIONS = 4;
export const COLUMN_BYTES = 16;

const { AT, COLUMN, FROM, TO, WEIGHTS } = LOCALS;
const move = (local: number, by: Code): Code => set(local, addWords(get(local), by));

/** Resizes along the rows, then along the columns. `code` of a turn leaves `WEIGHTS` behind those that it used. */
export function passes({ across, down }: { across: Turn; down: Turn }, memory: number): KernelSource {
  const body = [
    set(AT, get(P.input)),
    set(TO, get(P.narrow)),
    loop(ROW, 1, get(P.rows), [
      set(FROM, get(P.fromAcross)),
      set(WEIGHTS, get(P.weightsAcross)),
      set(COLUMN, word(0)),
      loop(COLUMN, POSITIONS, get(P.columns), [
        across.code,
        move(FROM, word(4 * POSITIONS)),
        move(TO, word(across.writes)),
      ]),
      move(AT, get(P.inputPitch)),
    ]),
    set(FROM, get(P.fromDown)),
    set(TO, get(P.output)),
    set(WEIGHTS, get(P.weightsDown)),
    set(ROW, word(0)),
    loop(ROW, 1, get(P.height), [
      set(ROW_WEIGHTS, get(WEIGHTS)),
      set(COLUMN, word(0)),
      loop(COLUMN, COLUMN_BYTES, get(P.pitch), [
        set(AT, addWords(loadWord(get(FROM)), get(COLUMN))),
        set(WEIGHTS, get(ROW_WEIGHTS)),
        down.code,
        move(TO, word(down.writes)),
      ]),
      move(FROM, word(4)),
    ]),
  ];
  return { parameters: FIRST, words: VECTORS - FIRST, vectors: MOST_VECTORS, memory, body };
}
