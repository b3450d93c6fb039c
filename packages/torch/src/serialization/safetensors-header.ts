import { BY_SAFETENSORS, type DTypeName, elementType } from './element-type.ts';
import { byteLength, type StoredTensor } from './stored-tensor.ts';

/** A tensor takes about 100 bytes of a header, so this is room for 160,000; the format itself allows 100 MB. */
const LARGEST_HEADER = 16 * 1024 * 1024;
/** What a small file may have: parsed, JSON can take twenty times its size. */
const SMALL_HEADER = 2 * 1024 * 1024;
const ALIGNMENT = 8;

/** Where a tensor lies, in bytes from the end of the header. */
export interface TensorInfo {
  name: string;
  dtype: DTypeName;
  shape: number[];
  begin: number;
  end: number;
}

/** The longest header that a file of this size may have: in relation to it, so that a small file fills no memory. */
export function longestHeader(fileSize: number): number {
  return Math.min(LARGEST_HEADER, SMALL_HEADER + fileSize / 4);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/**
 * Checks a header as the format demands (github.com/huggingface/safetensors, "Format"): known types, sizes that fit,
 * and tensors that fill the `dataBytes` after it without overlap or hole.
 *
 * @returns tensors in the order of their bytes.
 * @throws RangeError that says what is wrong.
 */
export function parseHeader(text: string, dataBytes: number): TensorInfo[] {
  if (!text.startsWith('{')) throw new RangeError('its header does not start with {');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new RangeError('its header is not valid JSON', { cause });
  }
  if (!isRecord(header)) throw new RangeError('its header is not a JSON object');
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata)) throw new RangeError('its __metadata__ is not an object of texts');
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string')
      throw new RangeError(`its __metadata__ ${JSON.stringify(key)} is not a text`);
  }

  const tensors = Object.entries(entries).map(([name, entry]) => parseTensor(name, entry));
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== expected) {
      const fault = begin < expected ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new RangeError(`tensor ${JSON.stringify(name)} ${fault}`);
    }
    expected = end;
  }
  if (expected !== dataBytes) {
    throw new RangeError(
      `its tensors take ${expected} bytes but ${dataBytes} follow its header; it may be cut off`,
    );
  }
  return tensors;
}

function parseTensor(name: string, entry: unknown): TensorInfo {
  const fault = (what: string): RangeError => new RangeError(`tensor ${JSON.stringify(name)} has ${what}`);
  if (!isRecord(entry)) throw fault('no description');
  const { dtype, shape, data_offsets: offsets } = entry;
  const known = typeof dtype === 'string' ? BY_SAFETENSORS.get(dtype) : undefined;
  if (known === undefined) throw fault(`the type ${JSON.stringify(dtype)}, which is not supported`);
  if (!isSizes(shape)) throw fault('a shape that is not a list of whole numbers');
  const [begin, end] = isSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || begin > end) throw fault('wrong data_offsets');
  const bytes = byteLength(known, shape);
  if (end - begin !== bytes) throw fault(`${end - begin} bytes where its shape [${shape}] needs ${bytes}`);
  return { name, dtype: known, shape, begin, end };
}

/**
 * Lays tensors out as the reference implementation does: larger elements first, so that all are aligned, then by
 * name; the header is padded with spaces to a multiple of 8 bytes.
 *
 * @throws TypeError for a name or an element type the format cannot hold.
 */
export function layOut(tensors: ReadonlyMap<string, StoredTensor>): {
  header: Uint8Array;
  order: StoredTensor[];
} {
  const size = ({ dtype }: StoredTensor): number => elementType(dtype).bytes;
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) => size(b) - size(a) || (nameA < nameB ? -1 : Number(nameA > nameB)),
  );
  // What other libraries expect.
  const fields = ['"__metadata__":{"format":"pt"}'];
  let begin = 0;
  for (const [name, tensor] of sorted) {
    const dtype = elementType(tensor.dtype).safetensors;
    if (dtype === undefined)
      throw new TypeError(`safetensors cannot hold ${tensor.dtype} (tensor "${name}")`);
    if (name === '__metadata__') throw new TypeError('a tensor cannot be named __metadata__');
    const end = begin + tensor.data.byteLength;
    // Not one object for all: JSON.stringify would move names that are numbers to the front.
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape: tensor.shape, data_offsets: [begin, end] })}`,
    );
    begin = end;
  }
  const text = Buffer.from(`{${fields.join(',')}}`, 'utf8');
  const padding = (ALIGNMENT - (text.byteLength % ALIGNMENT)) % ALIGNMENT;
  return {
    header: Buffer.concat([text, Buffer.alloc(padding, ' ')]),
    order: sorted.map(([, tensor]) => tensor),
  };
}
