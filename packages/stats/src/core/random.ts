import { createHash } from 'node:crypto';
import { checkCount } from './checks.ts';
import { StatsInputError } from './errors.ts';

/**
 * A named stream of random numbers: xoshiro128** 1.1 (Blackman & Vigna 2021, https://prng.di.unimi.it), its 128
 * bits of state taken from SHA-256 of "seed/name". Integer arithmetic only, so every platform draws the same
 * numbers; streams of other names are independent, so that a change in one part does not move another.
 */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: number, name: string) {
    if (!Number.isSafeInteger(seed)) throw new StatsInputError(`seed is ${seed}: a whole number is needed`);
    const digest = createHash('sha256').update(`${seed}/${name}`).digest();
    this.#state = Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i));
  }

  /** The next 32 bits, as an unsigned whole number. */
  next(): number {
    const s = this.#state;
    // By index: taking an array apart goes through its iterator, in the innermost loop of every bootstrap.
    const s0 = s[0] as number;
    const s1 = s[1] as number;
    const s2 = s[2] as number;
    const s3 = s[3] as number;
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const mixed2 = s2 ^ s0;
    const mixed3 = s3 ^ s1;
    s[1] = s1 ^ mixed2;
    s[0] = s0 ^ mixed3;
    s[2] = mixed2 ^ (s1 << 9);
    s[3] = rotateLeft(mixed3, 11);
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** A whole number in 0 … limit − 1, each equally likely (draws that would favour some are repeated). */
  below(limit: number): number {
    checkCount('limit', limit, 1);
    const fair = 0x100000000 - (0x100000000 % limit);
    let draw = this.next();
    while (draw >= fair) draw = this.next();
    return draw % limit;
  }

  /** A standard normal number (Box & Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher & Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const other = this.below(i + 1);
      const held = items[i];
      items[i] = items[other];
      items[other] = held;
    }
    return items;
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
