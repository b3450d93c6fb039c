import { lookUp } from '@radweave/imaging';
import { type GrayRange, grayOf } from '../values/window.ts';
import type { SliceValues } from './slice-values.ts';

type Grays = Uint8Array | Uint16Array;

/** Every number of 16 bits. */
const ALL = Uint16Array.from({ length: 65_536 }, (_, i) => i);

/**
 * Gray values of slices. Where a slice has more pixels than there are samples of 16 bits, each possible sample goes through rescaling
 * and window once, and pixels are looked up: the result is the same.
 */
export class GrayMaker {
  readonly #range: GrayRange;
  readonly #bits: 8 | 16;
  #key = '';
  #table: Grays | undefined;

  constructor(range: GrayRange, bits: 8 | 16) {
    this.#range = range;
    this.#bits = bits;
  }

  grayOf(one: SliceValues): Grays {
    const { samples, valuesOf, photometric } = one;
    const how = { bits: this.#bits, inverted: photometric === 'MONOCHROME1' };
    const isWord = samples instanceof Int16Array || samples instanceof Uint16Array;
    if (!isWord || one.key === null || samples.length <= ALL.length)
      return grayOf(valuesOf(samples), this.#range, how);
    const isSigned = samples instanceof Int16Array;
    const key = `${one.key} ${isSigned} ${how.inverted}`;
    if (this.#table === undefined || key !== this.#key) {
      this.#table = grayOf(valuesOf(isSigned ? new Int16Array(ALL.buffer) : ALL), this.#range, how);
      this.#key = key;
    }
    return lookUp(new Uint16Array(samples.buffer, samples.byteOffset, samples.length), this.#table);
  }
}
