/** The few pieces of the protocol buffer wire format that event files need (protobuf.dev, "Encoding"). */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const key = (field: number, wire: number): Buffer => varint((field << 3) | wire);

/** An integer field (int32, int64, enum). */
export function integerField(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), varint(value)]);
}

export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, FIXED64), bytes]);
}

export function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), bytes]);
}

/** A bytes field, a string field, or an embedded message made of its fields. */
export function bytesField(field: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)),
  );
  return Buffer.concat([key(field, BYTES), varint(body.length), body]);
}

/** Reads a varint; returns it and the offset after it. */
function readVarint(bytes: Uint8Array, start: number): [bigint, number] {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [value, start + i + 1];
  }
  throw new RangeError('a varint is cut off or too long');
}

/** The fields of a message: numbers of varint fields, raw bytes of all others. */
export function* readFields(bytes: Uint8Array): Generator<{ field: number; value: bigint | Uint8Array }> {
  for (let offset = 0; offset < bytes.length; ) {
    const [tag, next] = readVarint(bytes, offset);
    const field = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (wire === VARINT) {
      const [value, end] = readVarint(bytes, next);
      yield { field, value };
      offset = end;
      continue;
    }
    const [length, start] =
      wire === BYTES ? readVarint(bytes, next) : [wire === FIXED64 ? 8n : wire === FIXED32 ? 4n : -1n, next];
    const end = start + Number(length);
    if (length < 0n || end > bytes.length)
      throw new RangeError(`field ${field} has wire type ${wire} or is cut off`);
    yield { field, value: bytes.subarray(start, end) };
    offset = end;
  }
}
