import type { Scratch } from '../scratch.ts';
import type { PngHeader } from './header.ts';
import { unfilter } from './unfilter.ts';

/** One pass over the image: its pixels are every `dx`th from `x`, every `dy`th row from `y`. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];

/** Adam7 (PNG specification, section 8.2). */
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

interface PassSize {
  readonly pass: Pass;
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
}

function passes(header: PngHeader): PassSize[] {
  const { width, height, bits, channels } = header;
  return (header.interlaced ? ADAM7 : WHOLE)
    .map((pass) => {
      const columns = Math.ceil((width - pass.x) / pass.dx);
      const rows = Math.ceil((height - pass.y) / pass.dy);
      return { pass, columns, rows, rowBytes: Math.ceil((columns * channels * bits) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

export function streamLength(header: PngHeader): number {
  return passes(header).reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0);
}

/**
 * The samples of an inflated PNG stream of {@link streamLength} bytes: (height, width, channels), as stored
 * (a 4-bit sample is 0…15).
 *
 * @param memory where they may lie; default: memory of their own.
 */
export function readSamples(
  raw: Uint8Array,
  header: PngHeader,
  where: string,
  memory?: Scratch,
): Uint8Array | Uint16Array {
  const step = Math.max(1, (header.bits * header.channels) >> 3);
  const parts = passes(header);
  const [first] = parts;
  let offset = 0;
  const next = ({ rows, rowBytes, columns }: PassSize): Uint8Array | Uint16Array => {
    const packed = unfilter(raw, offset, rows, rowBytes, step, where, memory);
    offset += rows * (rowBytes + 1);
    return unpack(packed, header.bits, rows, rowBytes, columns * header.channels);
  };
  if (!header.interlaced && first !== undefined) return next(first);
  const length = header.width * header.height * header.channels;
  const samples = header.bits === 16 ? new Uint16Array(length) : new Uint8Array(length);
  for (const part of parts) scatter(next(part), part, samples, header);
  return samples;
}

/** Bytes to samples: 16-bit is big-endian in the file; below 8 bits several samples share a byte. */
function unpack(
  packed: Uint8Array,
  bits: number,
  rows: number,
  rowBytes: number,
  perRow: number,
): Uint8Array | Uint16Array {
  if (bits === 8) return packed;
  if (bits === 16) {
    const wide = new Uint16Array(packed.length >> 1);
    for (let i = 0; i < wide.length; i++)
      wide[i] = ((packed[2 * i] as number) << 8) | (packed[2 * i + 1] as number);
    return wide;
  }
  const samples = new Uint8Array(rows * perRow);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < perRow; i++) {
      const byte = packed[row * rowBytes + Math.floor(i / perByte)] as number;
      samples[row * perRow + i] = (byte >> (8 - bits * ((i % perByte) + 1))) & mask;
    }
  }
  return samples;
}

function scatter(
  from: Uint8Array | Uint16Array,
  { pass, columns, rows }: PassSize,
  to: Uint8Array | Uint16Array,
  { width, channels }: PngHeader,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const source = (row * columns + column) * channels;
      const target = ((pass.y + row * pass.dy) * width + pass.x + column * pass.dx) * channels;
      for (let k = 0; k < channels; k++) to[target + k] = from[source + k] as number;
    }
  }
}
