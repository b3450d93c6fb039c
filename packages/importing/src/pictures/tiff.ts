import { FileFault } from '../files/fault.ts';
import { convertFault } from '../files/foreign.ts';
import { requireGrowth, requireSize } from '../files/growth.ts';
import type { Samples } from '../pixels/samples.ts';
import { Directory, tiffHead } from './ifd.ts';
import { fromPalette, type Page, transparentFault, withoutAlpha } from './page.ts';
import { type Unpack, unpackOf } from './unpack.ts';

const TAG = {
  kind: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  offsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  byteCounts: 279,
  planar: 284,
  predictor: 317,
  palette: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  format: 339,
} as const;

/** LZW and deflate. */
const PREDICTED = [5, 8, 32946];

/** How the samples of an image lie in its file. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  /** Of one sample. */
  readonly bytes: number;
  /** 1 unsigned, 2 signed, 3 floating point. */
  readonly format: number;
  readonly littleEndian: boolean;
  readonly unpack: Unpack;
  readonly predictor: number;
  /** Of a tile; strips are as wide as the image. */
  readonly tile: readonly [width: number, height: number];
  readonly pieces: readonly { readonly offset: number; readonly length: number }[];
}

/** Reads the pages of a TIFF file; smaller copies of a page are left out. @throws FileFault when it is damaged, or not read. */
export function tiffPages(bytes: Uint8Array): Page[] {
  const head = tiffHead(bytes);
  if (head === null) throw new FileFault('it is not a TIFF file');
  const pages: Page[] = [];
  const seen = new Set<number>();
  for (let at = head.first; at !== 0; ) {
    if (seen.has(at)) throw new FileFault('the pages of the file lead in a circle');
    seen.add(at);
    const directory = new Directory(head.view, at, head.littleEndian);
    if (((directory.number(TAG.kind) ?? 0) & 1) === 0)
      pages.push(pageOf(bytes, directory, head.littleEndian));
    at = directory.next;
  }
  return pages;
}

function pageOf(bytes: Uint8Array, directory: Directory, littleEndian: boolean): Page {
  const layout = layoutOf(directory, littleEndian);
  const { width, height, samples } = layout;
  const photometric = directory.number(TAG.photometric) ?? 1;
  const isPalette = photometric === 3 && samples === 1;
  if (!isPalette && photometric > 2)
    throw convertFault(`TIFF of photometric interpretation ${photometric} is not read`);
  const isColour = isPalette || samples >= 3;
  const hasAlpha = samples === 2 || samples === 4;
  const decode = (): Samples => {
    const all = samplesOf(bytes, layout);
    if (isPalette) return fromPalette(all, paletteOf(directory));
    if (!hasAlpha) return all;
    if (all instanceof Uint8Array || all instanceof Uint16Array) return withoutAlpha(all, samples);
    throw transparentFault();
  };
  const name = ['', 'unsigned', 'signed', 'floating-point'][layout.format];
  return {
    width,
    height,
    channels: isColour ? 3 : 1,
    isInverted: photometric === 0,
    orientation: directory.number(TAG.orientation) ?? 1,
    format: `TIFF, ${8 * layout.bytes} bits, ${name}`,
    decode,
  };
}

function layoutOf(directory: Directory, littleEndian: boolean): Layout {
  const [width = 0, height = 0] = [directory.number(TAG.width), directory.number(TAG.height)];
  requireSize(width, height);
  const samples = directory.number(TAG.samples) ?? 1;
  const bits = directory.numbers(TAG.bits);
  const [first = 1] = bits;
  const [format = 1] = directory.numbers(TAG.format);
  const isKnown =
    format === 3 ? [32, 64].includes(first) : [1, 2].includes(format) && [8, 16, 32].includes(first);
  if (!isKnown || bits.some((one) => one !== first) || samples < 1 || samples > 4) {
    throw convertFault(`TIFF of ${samples} × ${first}-bit samples, format ${format}, is not read`);
  }
  if (samples > 1 && directory.number(TAG.planar) === 2)
    throw convertFault('TIFF with its colours in planes is not read');
  const tileWidth = directory.number(TAG.tileWidth);
  const isTiled = tileWidth !== undefined;
  const rows = directory.number(isTiled ? TAG.tileHeight : TAG.rowsPerStrip) ?? height;
  const tile: [number, number] = [tileWidth ?? width, isTiled ? rows : Math.min(rows, height)];
  requireSize(...tile);
  const offsets = directory.numbers(isTiled ? TAG.tileOffsets : TAG.offsets);
  const lengths = directory.numbers(isTiled ? TAG.tileByteCounts : TAG.byteCounts);
  const wanted = Math.ceil(width / tile[0]) * Math.ceil(height / tile[1]);
  if (offsets.length !== wanted || lengths.length !== wanted) {
    throw new FileFault(`pieces of the image: ${offsets.length} instead of ${wanted}: the file is damaged`);
  }
  const compression = directory.number(TAG.compression) ?? 1;
  return {
    ...{ width, height, samples, format, littleEndian, tile },
    bytes: first / 8,
    unpack: unpackOf(compression),
    // Others have no predictor, whatever the file says.
    predictor: PREDICTED.includes(compression) ? (directory.number(TAG.predictor) ?? 1) : 1,
    pieces: offsets.map((offset, i) => ({ offset, length: lengths[i] as number })),
  };
}

function paletteOf(directory: Directory): [number, number, number][] {
  const all = directory.numbers(TAG.palette).map((one) => one >> 8);
  const count = all.length / 3;
  return Array.from({ length: Math.floor(count) }, (_, i) => [
    all[i] ?? 0,
    all[count + i] ?? 0,
    all[2 * count + i] ?? 0,
  ]);
}

function samplesOf(bytes: Uint8Array, layout: Layout): Samples {
  const { width, height, samples, tile, pieces, unpack } = layout;
  requireGrowth(bytes.length, width * height * samples * layout.bytes);
  const across = Math.ceil(width / tile[0]);
  // All pieces are unpacked before anything as large as declared is made.
  const parts = pieces.map(({ offset, length }, i) => {
    if (offset + length > bytes.length)
      throw new FileFault('a piece of the image lies beyond the file: it is cut off');
    const isStrip = across === 1 && tile[0] === width;
    const rows = isStrip ? Math.min(tile[1], height - i * tile[1]) : tile[1];
    const needed = rows * tile[0] * samples * layout.bytes;
    const part = unpack(bytes.subarray(offset, offset + length), needed);
    if (part.length < needed)
      throw new FileFault('a piece of the image is too short: the file is cut off or damaged');
    return unpredicted(numbersOf(part, layout), layout);
  });
  const out = arrayOf(layout, width * height * samples);
  parts.forEach((part, i) => {
    const left = (i % across) * tile[0];
    const top = Math.floor(i / across) * tile[1];
    const count = Math.min(tile[0], width - left) * samples;
    for (let row = 0; row < tile[1] && top + row < height; row++) {
      const from = row * tile[0] * samples;
      out.set(part.subarray(from, from + count), ((top + row) * width + left) * samples);
    }
  });
  return out;
}

function arrayOf({ bytes, format }: Layout, length: number): Samples {
  if (format === 3) return bytes === 4 ? new Float32Array(length) : new Float64Array(length);
  if (bytes === 1) return format === 2 ? new Int8Array(length) : new Uint8Array(length);
  if (bytes === 2) return format === 2 ? new Int16Array(length) : new Uint16Array(length);
  return format === 2 ? new Int32Array(length) : new Uint32Array(length);
}

function numbersOf(part: Uint8Array, layout: Layout): Samples {
  const { bytes, littleEndian, format } = layout;
  const out = arrayOf(layout, part.length / bytes);
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  const read: (at: number) => number =
    format === 3
      ? bytes === 4
        ? (at) => view.getFloat32(at, littleEndian)
        : (at) => view.getFloat64(at, littleEndian)
      : bytes === 1
        ? (at) => view.getUint8(at)
        : bytes === 2
          ? (at) => view.getUint16(at, littleEndian)
          : (at) => view.getUint32(at, littleEndian);
  // Arrays of signed numbers make them of the bits.
  for (let i = 0; i < out.length; i++) out[i] = read(i * bytes);
  return out;
}

/** Each sample of a row as the difference to the one before. */
function unpredicted(part: Samples, { predictor, tile, samples, format }: Layout): Samples {
  if (predictor === 1) return part;
  if (predictor !== 2 || format === 3) throw convertFault(`TIFF of predictor ${predictor} is not read`);
  const perRow = tile[0] * samples;
  for (let start = 0; start < part.length; start += perRow) {
    for (let i = start + samples; i < start + perRow; i++)
      part[i] = (part[i] as number) + (part[i - samples] as number);
  }
  return part;
}
