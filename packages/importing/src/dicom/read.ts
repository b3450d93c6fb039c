import { FileFault } from '../files/fault.ts';
import { Dataset, type Element } from './dataset.ts';
import { type Encoding, IMPLICIT } from './encoding.ts';
import { tagName } from './tags.ts';

const UNDEFINED = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const PIXEL_DATA = 0x7fe00010;

/** Value representations whose length has four bytes, after two that are not used (PS3.5, 7.1.2). */
const LONG = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/** Sequences deeper than any real one: a file made to exhaust the stack ends here. */
const DEEPEST = 64;

/** Where reading stands, and what it may not pass. */
interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly encoding: Encoding;
  readonly depth: number;
  /** End of what holds these elements. */
  readonly end: number;
  at: number;
}

export interface ReadRange {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  readonly start: number;
  readonly end?: number;
  /** The first tag that is not read any more. */
  readonly until?: number;
  readonly depth?: number;
}

/** A length that leads beyond the bytes: the file is damaged, or only its beginning was read. */
export class BeyondEnd extends FileFault {}

/**
 * Reads the elements of a data set. Values stay where they are; sequences of known length are opened when they are asked for.
 *
 * @returns the data set, and where reading ended.
 * @throws FileFault when the bytes are no elements, or a length leads beyond them ({@link BeyondEnd}).
 */
export function readDataset(range: ReadRange): { dataset: Dataset; end: number } {
  const { bytes, encoding, start, end = bytes.length, until = 0x1_0000_0000, depth = 0 } = range;
  if (depth > DEEPEST) throw new FileFault(`sequences lie more than ${DEEPEST} deep in each other`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = { bytes, view, encoding, depth, end, at: start };
  const elements = new Map<number, Element>();
  while (cursor.at < end) {
    if (end - cursor.at < 8 && isPadding(cursor)) break;
    const before = cursor.at;
    const tag = readTag(cursor);
    if (tag >= until && tag < ITEM) {
      cursor.at = before;
      break;
    }
    if (tag === ITEM_END || tag === SEQUENCE_END) {
      readLength(cursor, tag);
      break;
    }
    elements.set(tag, readElement(cursor, tag));
  }
  const open = ({ vr, offset, length }: Element): Dataset[] =>
    readItems({ bytes, encoding: vr === 'UN' ? IMPLICIT : encoding, depth }, offset, offset + length).items;
  return { dataset: new Dataset(bytes, encoding, elements, open), end: cursor.at };
}

/** Some writers fill files with zeros. */
function isPadding({ bytes, at, end }: Cursor): boolean {
  return bytes.subarray(at, end).every((byte) => byte === 0);
}

function need(cursor: Cursor, count: number, tag: number | null): void {
  const left = cursor.end - cursor.at;
  if (count <= left) return;
  const what = tag === null ? 'an element' : tagName(tag);
  throw new BeyondEnd(
    `${what} needs more bytes (${count}) than are left (${left}): the file is cut off or damaged`,
  );
}

function readTag(cursor: Cursor): number {
  need(cursor, 4, null);
  const { view, at, encoding } = cursor;
  cursor.at += 4;
  const { littleEndian } = encoding;
  return view.getUint16(at, littleEndian) * 0x10000 + view.getUint16(at + 2, littleEndian);
}

function readLength(cursor: Cursor, tag: number): number {
  need(cursor, 4, tag);
  const length = cursor.view.getUint32(cursor.at, cursor.encoding.littleEndian);
  cursor.at += 4;
  return length;
}

function readElement(cursor: Cursor, tag: number): Element {
  const vr = cursor.encoding.explicit ? readVr(cursor, tag) : '';
  const isShort = cursor.encoding.explicit && !LONG.has(vr);
  const length = isShort ? readShortLength(cursor, tag) : readLongLength(cursor, tag, vr !== '');
  const offset = cursor.at;
  if (length !== UNDEFINED) {
    need(cursor, length, tag);
    cursor.at += length;
    return { tag, vr, offset, length };
  }
  if (tag === PIXEL_DATA) return { tag, vr, offset, length: 0, fragments: readFragments(cursor) };
  // Of unknown representation and length is a sequence that was copied from an implicit file (PS3.5, 6.2.2).
  const encoding = vr === 'UN' ? IMPLICIT : cursor.encoding;
  const { items, end } = readItems({ ...cursor, encoding }, offset, cursor.end);
  cursor.at = end;
  return { tag, vr, offset, length: end - offset, items };
}

function readVr(cursor: Cursor, tag: number): string {
  need(cursor, 2, tag);
  const vr = String.fromCharCode(cursor.bytes[cursor.at] ?? 0, cursor.bytes[cursor.at + 1] ?? 0);
  if (!/^[A-Z]{2}$/.test(vr)) {
    throw new FileFault(`${tagName(tag)} has no value representation: the file is damaged`);
  }
  cursor.at += 2;
  return vr;
}

function readShortLength(cursor: Cursor, tag: number): number {
  need(cursor, 2, tag);
  const length = cursor.view.getUint16(cursor.at, cursor.encoding.littleEndian);
  cursor.at += 2;
  return length;
}

function readLongLength(cursor: Cursor, tag: number, hasReserved: boolean): number {
  if (hasReserved) {
    need(cursor, 2, tag);
    cursor.at += 2;
  }
  return readLength(cursor, tag);
}

function readItems(
  { bytes, encoding, depth }: Pick<Cursor, 'bytes' | 'encoding' | 'depth'>,
  start: number,
  end: number,
): { items: Dataset[]; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = { bytes, view, encoding, depth, end, at: start };
  const items: Dataset[] = [];
  while (cursor.at < end) {
    const tag = readTag(cursor);
    const length = readLength(cursor, tag);
    if (tag === SEQUENCE_END) break;
    if (tag !== ITEM) throw new FileFault(`${tagName(tag)} stands where the item of a sequence begins`);
    if (length !== UNDEFINED) need(cursor, length, tag);
    const stop = length === UNDEFINED ? end : cursor.at + length;
    const read = readDataset({ bytes, encoding, start: cursor.at, end: stop, depth: depth + 1 });
    items.push(read.dataset);
    cursor.at = length === UNDEFINED ? read.end : stop;
  }
  return { items, end: cursor.at };
}

/** The pieces of compressed pixels; the first one is the table of offsets. */
function readFragments(cursor: Cursor): Uint8Array[] {
  const fragments: Uint8Array[] = [];
  while (cursor.at < cursor.end) {
    const tag = readTag(cursor);
    const length = readLength(cursor, tag);
    if (tag === SEQUENCE_END) return fragments;
    if (tag !== ITEM) throw new FileFault(`${tagName(tag)} stands where a piece of the pixels begins`);
    need(cursor, length, PIXEL_DATA);
    fragments.push(cursor.bytes.subarray(cursor.at, cursor.at + length));
    cursor.at += length;
  }
  throw new BeyondEnd('the pieces of the pixels have no end: the file is cut off');
}
