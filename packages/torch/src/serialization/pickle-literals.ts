import { OP } from './opcodes.ts';
import type { PickleCursor } from './pickle-cursor.ts';
import { PyTuple } from './python-values.ts';

/** 2,040 bits; Python writes more only for numbers no checkpoint has. */
const MOST_INTEGER_BYTES = 255;

type Literal = (cursor: PickleCursor) => unknown;

/** Opcodes that push a value made from nothing but their own arguments. */
export const LITERALS: ReadonlyMap<number, Literal> = new Map<number, Literal>([
  [OP.NONE, () => null],
  [OP.NEWTRUE, () => true],
  [OP.NEWFALSE, () => false],
  [OP.BININT, (cursor) => cursor.int32()],
  [OP.BININT1, (cursor) => cursor.uint8()],
  [OP.BININT2, (cursor) => cursor.uint16()],
  [OP.LONG1, (cursor) => integer(cursor.bytes(cursor.uint8()))],
  [OP.LONG4, longInteger],
  [OP.BINFLOAT, (cursor) => cursor.float64()],
  [OP.SHORT_BINUNICODE, (cursor) => cursor.utf8(cursor.uint8())],
  [OP.BINUNICODE, (cursor) => cursor.utf8(cursor.uint32())],
  [OP.BINUNICODE8, (cursor) => cursor.utf8(cursor.uint64())],
  [OP.SHORT_BINSTRING, (cursor) => python2Text(cursor.bytes(cursor.uint8()))],
  [OP.BINSTRING, (cursor) => python2Text(cursor.bytes(cursor.uint32()))],
  [OP.SHORT_BINBYTES, (cursor) => new Uint8Array(cursor.bytes(cursor.uint8()))],
  [OP.BINBYTES, (cursor) => new Uint8Array(cursor.bytes(cursor.uint32()))],
  [OP.BINBYTES8, (cursor) => new Uint8Array(cursor.bytes(cursor.uint64()))],
  [OP.BYTEARRAY8, (cursor) => new Uint8Array(cursor.bytes(cursor.uint64()))],
  [OP.EMPTY_TUPLE, () => new PyTuple()],
  [OP.EMPTY_LIST, () => []],
  [OP.EMPTY_DICT, () => new Map()],
  [OP.EMPTY_SET, () => new Set()],
]);

function longInteger(cursor: PickleCursor): number | bigint {
  const length = cursor.int32();
  if (length < 0 || length > MOST_INTEGER_BYTES) throw cursor.malformed(`an integer of ${length} bytes`);
  return integer(cursor.bytes(length));
}

/** A Python integer: little endian, two's complement. */
function integer(bytes: Uint8Array): number | bigint {
  if (bytes.byteLength === 0) return 0;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt.asIntN(8 * bytes.byteLength, BigInt(`0x${hex}`));
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Python 2's `str` is text or bytes: text where it is valid UTF-8, as `torch.load` takes it. */
function python2Text(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}
