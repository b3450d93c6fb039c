import { ImageFault } from './fault.ts';
import { readSliceFile } from './file.ts';
import { foreignFormat } from './format.ts';
import { isPng } from './png/chunks.ts';
import { decodePng, pngShape } from './png/decode.ts';
import type { Scratch } from './scratch.ts';
import type { DecodedSlice, SliceShape } from './slice.ts';

interface SliceReader {
  readonly format: string;
  readonly matches: (bytes: Uint8Array) => boolean;
  readonly shape: (bytes: Uint8Array, where: string) => SliceShape;
  readonly decode: (bytes: Uint8Array, where: string, memory?: Scratch) => DecodedSlice;
}

/** The formats that are read, recognised by their first bytes, never by the file's name. Add readers here. */
const READERS: readonly SliceReader[] = [
  { format: 'PNG', matches: isPng, shape: pngShape, decode: decodePng },
];

/** How many bytes from the start of a file {@link sliceShape} needs. */
const SHAPE_BYTES = 1024;

/**
 * Decodes one slice to gray pixels, exactly as stored.
 *
 * @param bytes the whole file.
 * @param where what errors call it: its path.
 * @param memory where the pixels may lie, for slices that are looked at one after the other; default: memory of their own.
 * @throws ImageFault for an empty, foreign, damaged, coloured, transparent or oversized image.
 */
export function decodeSlice(bytes: Uint8Array, where: string, memory?: Scratch): DecodedSlice {
  return readerOf(bytes, where).decode(bytes, where, memory);
}

/** Width, height and bit depth from the first {@link SHAPE_BYTES} bytes, without decoding pixels. */
function sliceShape(bytes: Uint8Array, where: string): SliceShape {
  return readerOf(bytes, where).shape(bytes, where);
}

/**
 * Width, height and bit depth of a file, without decoding pixels. EXIF, which turns what is not square, may stand behind the pixels: the
 * whole file is read then.
 *
 * @throws ImageFault as `readSliceFile` and {@link sliceShape}.
 */
export function fileShape(path: string): SliceShape {
  const start = readSliceFile(path, SHAPE_BYTES);
  const isWhole = start.length < SHAPE_BYTES;
  const shape = sliceShape(start, path);
  return isWhole || shape.width === shape.height ? shape : sliceShape(readSliceFile(path), path);
}

function readerOf(bytes: Uint8Array, where: string): SliceReader {
  if (bytes.length === 0) {
    throw new ImageFault('EMPTY', 'the file is empty', where, 'Copy or export it again');
  }
  const reader = READERS.find(({ matches }) => matches(bytes));
  if (reader !== undefined) return reader;
  const known = READERS.map(({ format }) => format).join(', ');
  const foreign = foreignFormat(bytes);
  if (foreign === undefined) {
    throw new ImageFault(
      'UNKNOWN_FORMAT',
      'the content is not a known image format',
      where,
      `Use one of: ${known}`,
    );
  }
  throw new ImageFault(
    'OTHER_FORMAT',
    `the content is ${foreign}, despite the file's name`,
    where,
    `Convert it (without loss) to one of: ${known}; renaming does not convert`,
  );
}
