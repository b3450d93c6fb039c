import type { GrayImage } from '../slice.ts';
import { LOW_BITS } from './bytes-code.ts';
import { COLUMN_BYTES, PARAMETERS, POSITIONS } from './passes-code.ts';
import { triangleWeights, type Weights } from './weights.ts';

/** What the kernel is told for resizing from one size to another, and where things lie in its memory. */
export interface Plan {
  /** From address 0 on. */
  readonly tables: Uint8Array;
  readonly parameters: readonly number[];
  readonly input: number;
  readonly output: number;
  /** Bytes from one row of the result to the next. */
  readonly pitch: number;
  readonly end: number;
}

/** By bits: taps that turns of the passes take at once, and bytes of what lies between the passes. */
const BYTES = { across: 8, down: 2, between: 1 };
const WORDS = { across: 4, down: 1, between: 4 };

const upTo = (value: number, step: number): number => step * Math.ceil(value / step);

export function planFor(image: GrayImage, width: number, height: number): Plan {
  const { bitDepth, pixels } = image;
  const { across, down, between } = bitDepth === 8 ? BYTES : WORDS;
  const size = pixels.BYTES_PER_ELEMENT;
  const x = triangleWeights(image.width, width, bitDepth, across);
  const y = triangleWeights(image.height, height, bitDepth, down);
  const columns = upTo(width, COLUMN_BYTES / between);
  const pitch = columns * between;
  const weights = [packed(x, columns, across, POSITIONS), packed(y, height, down, 1)] as const;
  const sizes = [4 * columns, 4 * height, weights[0].length, weights[1].length];
  const places = starts([...sizes, pixels.byteLength, image.height * pitch, height * columns * size]);
  const [fromAcross, fromDown, weightsAcross, weightsDown, input, narrow, output, end] = places as Eight;
  const tables = new Uint8Array(input);
  new Int32Array(tables.buffer, fromAcross).set(x.from.map((from) => from * size));
  new Int32Array(tables.buffer, fromDown).set(y.from.map((from) => narrow + from * pitch));
  tables.set(weights[0], weightsAcross);
  tables.set(weights[1], weightsDown);
  const of: Record<keyof typeof PARAMETERS, number> = {
    ...{ fromAcross, weightsAcross, tapsAcross: x.taps, input, inputPitch: image.width * size },
    ...{
      rows: image.height,
      columns,
      narrow,
      pitch,
      fromDown,
      weightsDown,
      tapsDown: y.taps,
      output,
      height,
    },
  };
  const parameters = (Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[]).map((name) => of[name]);
  return { tables, parameters, input, output, pitch: columns * size, end };
}

type Eight = [number, number, number, number, number, number, number, number];

/** Where parts of these sizes begin, one after the other, and where the last one ends: vectors may run over the end of each. */
function starts(sizes: readonly number[]): number[] {
  const places = [0];
  for (const size of sizes) places.push(upTo((places.at(-1) ?? 0) + size, COLUMN_BYTES) + COLUMN_BYTES);
  return places;
}

/** Weights in the order in which turns read them: `group` taps of each of `together` positions, then the next taps of these. */
function packed({ taps, weights }: Weights, positions: number, group: number, together: number): Uint8Array {
  const isFixed = weights instanceof Int32Array;
  const out = isFixed ? new Int16Array(2 * positions * taps) : new Float64Array(positions * taps);
  let at = 0;
  const put = (numbers: Int32Array | Float64Array): void => {
    out.set(numbers, at);
    at += group;
  };
  for (let first = 0; first < positions; first += together) {
    for (let k = 0; k < taps; k += group) {
      for (let i = first; i < first + together; i++) {
        const own = weights.subarray(i * taps + k, i * taps + k + group);
        if (isFixed) put(own.map((weight) => weight >> LOW_BITS));
        put(isFixed ? own.map((weight) => weight & (2 ** LOW_BITS - 1)) : own);
      }
    }
  }
  return new Uint8Array(out.buffer);
}
