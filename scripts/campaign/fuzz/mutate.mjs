// Changes bytes as a fault of a disk, a program that is wrong or somebody who tries may: without knowing what they mean.

/** Numbers at which readers go wrong: ends of ranges, and what becomes negative or overflows. */
const NUMBERS = [0, 1, 2, 3, 7, 8, 16, 64, 127, 128, 255, 256, 1024, 4096, 32767, 32768, 65535, 65536];
const LARGE = [0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 1e6, 1e8];

const upTo = (random, count) => Math.floor(random() * count);
export const pick = (random, list) => list[upTo(random, list.length)];

function flip(bytes, random) {
  const at = upTo(random, bytes.length);
  bytes[at] ^= 1 << upTo(random, 8);
  return bytes;
}

function setByte(bytes, random) {
  bytes[upTo(random, bytes.length)] = upTo(random, 256);
  return bytes;
}

/** A whole number of one to eight bytes, in either order. */
function setNumber(bytes, random) {
  const size = pick(random, [1, 2, 4, 8]);
  if (bytes.length < size) return bytes;
  const at = upTo(random, bytes.length - size + 1);
  const value =
    BigInt(pick(random, random() < 0.5 ? NUMBERS : LARGE)) << (size === 8 && random() < 0.3 ? 31n : 0n);
  const big = random() < 0.5;
  for (let i = 0; i < size; i++) {
    bytes[at + (big ? size - 1 - i : i)] = Number((value >> BigInt(8 * i)) & 255n);
  }
  return bytes;
}

const range = (bytes, random) => {
  const from = upTo(random, bytes.length);
  return [from, from + 1 + upTo(random, Math.min(bytes.length - from, 64))];
};

function cut(bytes, random) {
  const [from, to] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function end(bytes, random) {
  return bytes.subarray(0, upTo(random, bytes.length));
}

/** A part of the bytes once more, elsewhere, now and then many times. */
function repeat(bytes, random) {
  const [from, to] = range(bytes, random);
  const at = upTo(random, bytes.length);
  const times = random() < 0.02 ? 1 + upTo(random, 2000) : 1;
  const part = bytes.subarray(from, to);
  return Buffer.concat([bytes.subarray(0, at), ...Array(times).fill(part), bytes.subarray(at)]);
}

/** A part of another file of the corpus. */
function splice(bytes, random, corpus) {
  const [from, to] = range(bytes, random);
  const other = pick(random, corpus);
  const [start, stop] = range(other, random);
  return Buffer.concat([bytes.subarray(0, from), other.subarray(start, stop), bytes.subarray(to)]);
}

const STEPS = [flip, flip, setByte, setNumber, setNumber, cut, end, repeat, splice];

/** One change of bytes. */
export function changeBytes(bytes, random, corpus) {
  return bytes.length === 0 ? bytes : pick(random, STEPS)(bytes, random, corpus);
}

/** Some changes of a copy: mostly one, now and then many; half of them by what is known of the format. */
export function mutated(seed, random, corpus, changeParts) {
  let bytes = Buffer.from(seed);
  for (let left = 1 + Math.floor(10 * random() ** 4); left > 0; left--) {
    const isKnown = changeParts !== undefined && random() < 0.6;
    bytes = isKnown ? changeParts(bytes, random, corpus) : changeBytes(bytes, random, corpus);
  }
  return bytes;
}
