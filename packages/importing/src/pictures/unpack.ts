import { inflateSync } from 'node:zlib';
import { FileFault } from '../files/fault.ts';
import { convertFault } from '../files/foreign.ts';

/**
 * Undoes what compresses a strip or tile of a TIFF file.
 *
 * @param most Bytes of the strip; more are not wanted.
 * @throws FileFault for damaged bytes.
 */
export type Unpack = (bytes: Uint8Array, most: number) => Uint8Array;

/** @param compression As TIFF numbers it. @throws FileFault for one that is not read. */
export function unpackOf(compression: number): Unpack {
  switch (compression) {
    case 1:
      return (bytes, most) => bytes.subarray(0, most);
    case 5:
      return lzw;
    case 8:
    case 32946:
      return inflated;
    case 32773:
      return packBits;
    case 6:
    case 7:
      throw convertFault('TIFF that holds JPEG is not read');
    default:
      throw convertFault(`TIFF of compression ${compression} is not read`);
  }
}

function inflated(bytes: Uint8Array, most: number): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: most + 64 }).subarray(0, most);
  } catch (error) {
    throw new FileFault(`a compressed strip is damaged: ${error instanceof Error ? error.message : error}`);
  }
}

/** Bytes that grow as they come: nobody knows how many there are before. */
class Growing {
  #bytes: Uint8Array;
  length = 0;
  readonly #most: number;

  constructor(start: number, most: number) {
    this.#bytes = new Uint8Array(Math.min(start, most));
    this.#most = most;
  }

  push(byte: number): void {
    if (this.length === this.#most) return;
    if (this.length === this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.#most, 2 * this.length + 1024));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.length++] = byte;
  }

  at(index: number): number {
    return this.#bytes[index] as number;
  }

  get isFull(): boolean {
    return this.length === this.#most;
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

function packBits(bytes: Uint8Array, most: number): Uint8Array {
  const out = new Growing(2 * bytes.length, most);
  for (let at = 0; at < bytes.length && !out.isFull; ) {
    const control = bytes[at++] as number;
    if (control === 128) continue;
    const isRun = control > 128;
    const count = isRun ? 257 - control : control + 1;
    for (let i = 0; i < count; i++) out.push(bytes[isRun ? at : at + i] ?? 0);
    at += isRun ? 1 : count;
  }
  return out.done();
}

const CLEAR = 256;
const END = 257;

/** TIFF 6.0, section 13: codes of 9 to 12 bits, highest bit first; each stands for bytes that came before. */
function lzw(bytes: Uint8Array, most: number): Uint8Array {
  const out = new Growing(3 * bytes.length, most);
  const starts = new Uint32Array(4097);
  const lengths = new Uint32Array(4097);
  let next = END + 1;
  let width = 9;
  let bits = 0;
  let held = 0;
  for (let at = 0; !out.isFull; ) {
    while (held < width && at < bytes.length) {
      bits = ((bits << 8) | (bytes[at++] as number)) & 0xffffff;
      held += 8;
    }
    if (held < width) break;
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      [next, width] = [END + 1, 9];
      continue;
    }
    const start = out.length;
    if (code < CLEAR) out.push(code);
    else {
      if (code >= next)
        throw new FileFault('a compressed strip is damaged: LZW refers to an entry that does not exist yet');
      const from = starts[code] as number;
      for (let i = 0; i < (lengths[code] as number); i++) out.push(out.at(from + i));
    }
    // A new entry: this string and the byte that will follow it in the output.
    if (next < 4096) {
      starts[next] = start;
      lengths[next] = (code < CLEAR ? 1 : (lengths[code] as number)) + 1;
      next++;
    }
    if (next >= 1 << width && width < 12) width++;
  }
  return out.done();
}
