import { constants, gunzipSync } from 'node:zlib';
import { systemCode } from '@radweave/artifacts';
import { FileFault } from '../files/fault.ts';
import { MOST_BYTES, readStart } from '../files/start.ts';
import type { Cuts } from './cuts.ts';
import { HEADER_BYTES, type NiftiHeader, readNiftiHeader } from './header.ts';

export interface NiftiFile {
  readonly header: NiftiHeader;
  /** Of all volumes, as they are stored. */
  readonly voxels: Uint8Array;
}

/** What is read of a file for its header; compressed it is enough too. */
const FIRST_BYTES = 1 << 12;
/** Nothing that deflate packs grows by more. */
const MOST_GROWTH = 1032;
/** What some writers fill up files with. */
const MOST_PADDING = 1 << 16;

/** Reads the header alone. @throws FileFault when it is no NIfTI file, or one that is not read. */
export function openNiftiHeader(path: string): NiftiHeader {
  const { bytes, size } = readStart(path, FIRST_BYTES);
  const isPacked = isGzip(bytes);
  const start = isPacked ? unpacked(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes;
  const header = readNiftiHeader(start.subarray(0, HEADER_BYTES));
  const needed = header.offset + lengthOf(header);
  if (needed > MOST_BYTES)
    throw new FileFault(`the voxels need ${needed} bytes: more than 2 GiB are not read`);
  if (needed > (isPacked ? size * MOST_GROWTH : size)) {
    throw new FileFault(`the voxels need ${needed} bytes, and the file has ${size}: it is cut off`);
  }
  return header;
}

/** Reads a whole file. @throws FileFault as {@link openNiftiHeader}, and when it is damaged. */
export function openNifti(path: string): NiftiFile {
  const header = openNiftiHeader(path);
  const end = header.offset + lengthOf(header);
  const { bytes } = readStart(path);
  const all = isGzip(bytes)
    ? // In one piece: no second copy is made of several.
      unpacked(bytes, { maxOutputLength: end + MOST_PADDING, chunkSize: end + MOST_PADDING })
    : bytes;
  if (all.length < end)
    throw new FileFault(`the voxels need ${end} bytes, and ${all.length} are there: the file is cut off`);
  return { header, voxels: all.subarray(header.offset, end) };
}

function lengthOf({ shape, type }: NiftiHeader): number {
  return shape.reduce((product, size) => product * size, type.bytes);
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

function unpacked(bytes: Uint8Array, options: Parameters<typeof gunzipSync>[1]): Uint8Array {
  try {
    return gunzipSync(bytes, options);
  } catch (error) {
    if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE')
      throw new FileFault('the compressed file holds more than its header says');
    throw new FileFault(`the compressed file is damaged: ${error instanceof Error ? error.message : error}`);
  }
}

/** Values of one slice, row by row, after scaling. */
export function sliceOf(
  file: NiftiFile,
  cuts: Cuts,
  { volume, index }: { volume: number; index: number },
): Float32Array {
  const { header, voxels } = file;
  const { shape, type, littleEndian, slope, intercept } = header;
  const view = new DataView(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  const values = new Float32Array(cuts.rows * cuts.columns);
  const first = volume * shape[0] * shape[1] * shape[2] + cuts.start + index * cuts.toNext;
  let to = 0;
  for (let row = 0; row < cuts.rows; row++) {
    let at = (first + row * cuts.alongColumn) * type.bytes;
    for (let column = 0; column < cuts.columns; column++) {
      values[to++] = type.read(view, at, littleEndian) * slope + intercept;
      at += cuts.alongRow * type.bytes;
    }
  }
  return values;
}
