import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { python, pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { DTypeName } from './element-type.ts';
import { FileReader } from './file-reader.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { StoredTensor } from './stored-tensor.ts';

/** The format as its specification gives it, in a few lines of Python. */
const PYTHON_FORMAT = `
import json, struct, sys
def save(path, tensors, metadata=None):
    header, data = ({'__metadata__': metadata} if metadata else {}), b''
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {'dtype': dtype, 'shape': shape, 'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    open(path, 'wb').write(struct.pack('<Q', len(text)) + text + data)
def load(path):
    raw = open(path, 'rb').read()
    n = struct.unpack('<Q', raw[:8])[0]
    header, data = json.loads(raw[8:8 + n]), raw[8 + n:]
    metadata = header.pop('__metadata__', {})
    return metadata, n, {k: [v['dtype'], v['shape'], data[slice(*v['data_offsets'])].hex(), v['data_offsets'][0]]
                         for k, v in header.items()}
`;

const TYPES: Record<string, [DTypeName, number]> = {
  BOOL: ['bool', 1],
  U8: ['uint8', 1],
  I8: ['int8', 1],
  F8_E5M2: ['float8_e5m2', 1],
  F8_E4M3: ['float8_e4m3fn', 1],
  I16: ['int16', 2],
  U16: ['uint16', 2],
  F16: ['float16', 2],
  BF16: ['bfloat16', 2],
  I32: ['int32', 4],
  U32: ['uint32', 4],
  F32: ['float32', 4],
  F64: ['float64', 8],
  I64: ['int64', 8],
  U64: ['uint64', 8],
  C64: ['complex64', 8],
};

referenceTest('reads every type that Python writes from the specification', [], async () => {
  const path = join(tempDir(), 'a.safetensors');
  python(
    `${PYTHON_FORMAT}
sizes = json.loads(sys.argv[2])
tensors = {f't{d}': (d, [2, 3], bytes(range(6 * n))) for d, (_, n) in sizes.items()}
tensors.update({'empty': ('F32', [0, 4], b''), 'scalar': ('F32', [], b'abcd'), '7': ('U8', [1], b'x'),
                '__proto__': ('U8', [1], b'y'), 'größe': ('I8', [1], b'z')})
save(sys.argv[1], tensors, {'format': 'pt', 'note': 'é'})`,
    { args: [path, JSON.stringify(TYPES)] },
  );
  const tensors = await tensorsOf(path);
  expect(tensors.size).toBe(Object.keys(TYPES).length + 5);
  for (const [name, [dtype, bytes]] of Object.entries(TYPES)) {
    const data = Uint8Array.from({ length: 6 * bytes }, (_, index) => index);
    expect(tensors.get(`t${name}`), name).toEqual(new StoredTensor({ dtype, shape: [2, 3], data }));
    expect(tensors.get(`t${name}`)?.data.byteOffset).toBe(0);
  }
  expect(tensors.get('empty')?.shape).toEqual([0, 4]);
  expect(tensors.get('scalar')?.shape).toEqual([]);
  expect(['7', '__proto__', 'größe'].map((name) => tensors.get(name)?.data[0])).toEqual([120, 121, 122]);
});

referenceTest('Python reads what is written here, with aligned tensors', [], async () => {
  const path = join(tempDir(), 'a.safetensors');
  const tensors = new Map<string, StoredTensor>();
  for (const [dtype, bytes] of Object.values(TYPES)) {
    const data = Uint8Array.from({ length: 3 * bytes }, (_, index) => 255 - index);
    tensors.set(dtype, new StoredTensor({ dtype, shape: [3], data }));
  }
  tensors.set('3', new StoredTensor({ dtype: 'uint8', shape: [0], data: new Uint8Array() }));
  await writeSafetensors(path, tensors);
  const [metadata, headerBytes, read] = pythonJson<
    [unknown, number, Record<string, [string, number[], string, number]>]
  >(`${PYTHON_FORMAT}\nprint(json.dumps(load(sys.argv[1])))`, { args: [path] });
  expect(metadata).toEqual({ format: 'pt' });
  expect(headerBytes % 8).toBe(0);
  for (const [name, [dtype, bytes]] of Object.entries(TYPES)) {
    const [type, shape, hex, begin] = read[dtype] ?? [];
    expect([type, shape]).toEqual([name, [3]]);
    expect(hex).toBe(Buffer.from(tensors.get(dtype)?.data ?? []).toString('hex'));
    expect((begin ?? 1) % bytes).toBe(0);
  }
  expect(read['3']?.[1]).toEqual([0]);
  expect(await tensorsOf(path)).toEqual(new Map([...tensors].sort(byPlace(read))));
});

function byPlace(read: Record<string, [string, number[], string, number]>) {
  return ([a]: [string, unknown], [b]: [string, unknown]): number =>
    (read[a]?.[3] ?? 0) - (read[b]?.[3] ?? 0);
}

test('types and names that the format cannot hold are refused', async () => {
  const path = join(tempDir(), 'a.safetensors');
  const data = new Uint8Array(16);
  const complex = new StoredTensor({ dtype: 'complex128', shape: [1], data });
  await expect(writeSafetensors(path, new Map([['z', complex]]))).rejects.toThrow('cannot hold complex128');
  const bytes = new StoredTensor({ dtype: 'uint8', shape: [16], data });
  await expect(writeSafetensors(path, new Map([['__metadata__', bytes]]))).rejects.toThrow('__metadata__');
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

const F32 = (shape: unknown, offsets: unknown): unknown => ({ dtype: 'F32', shape, data_offsets: offsets });

const BROKEN: Record<string, [unknown, RegExp]> = {
  'a hole': [{ a: F32([1], [0, 4]), b: F32([1], [8, 12]) }, /"b" leaves a hole/],
  'a hole at the start': [{ a: F32([2], [4, 12]) }, /"a" leaves a hole/],
  'an overlap': [{ a: F32([2], [0, 8]), b: F32([2], [4, 12]) }, /"b" overlaps/],
  'bytes left over': [{ a: F32([2], [0, 8]) }, /take 8 bytes but 12 follow/],
  'too few bytes': [{ a: F32([4], [0, 16]) }, /take 16 bytes but 12 follow/],
  'a size that does not fit': [{ a: F32([2], [0, 12]) }, /12 bytes where its shape \[2\] needs 8/],
  'offsets in the wrong order': [{ a: F32([0], [12, 0]) }, /wrong data_offsets/],
  'negative offsets': [{ a: F32([0], [-4, -4]) }, /wrong data_offsets/],
  'offsets with a fraction': [{ a: F32([1], [0, 4.5]) }, /wrong data_offsets/],
  'a shape beyond counting': [{ a: F32([2 ** 40, 2 ** 40], [0, 12]) }, /too large/],
  'a negative shape': [{ a: F32([-1, -3], [0, 12]) }, /whole numbers/],
  'an unknown type': [{ a: { dtype: 'F4', shape: [24], data_offsets: [0, 12] } }, /the type "F4"/],
  'no description': [{ a: 5 }, /"a" has no description/],
  'metadata that is no text': [{ __metadata__: { a: 1 } }, /__metadata__ "a" is not a text/],
  'metadata that is no object': [{ __metadata__: [] }, /__metadata__ is not an object/],
};

test.each(Object.entries(BROKEN))('%s is a clear error', async (_, [header, message]) => {
  await expect(readHeader(Buffer.from(JSON.stringify(header)))).rejects.toThrow(message);
});

const tensorsOf = (path: string): Promise<Map<string, StoredTensor>> => FileReader.use(path, readSafetensors);

async function readHeader(text: Buffer, length = BigInt(text.length)): Promise<unknown> {
  const path = join(tempDir(), 'a.safetensors');
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length);
  writeFileSync(path, Buffer.concat([size, text, Buffer.alloc(12)]));
  return tensorsOf(path);
}

test('headers that are no header are clear errors', async () => {
  await expect(readHeader(Buffer.from('{"a":'))).rejects.toThrow('not valid JSON');
  await expect(readHeader(Buffer.from(' {}'))).rejects.toThrow('does not start with {');
  await expect(readHeader(Buffer.from('{"\xff":1}', 'latin1'))).rejects.toThrow(
    'not a valid safetensors file',
  );
  await expect(readHeader(Buffer.from('{}'), 2n ** 40n)).rejects.toThrow('header would have');
  await expect(readHeader(Buffer.from('{}'), 5000n)).rejects.toThrow('cut off');
  const empty = Buffer.from(`{"a":[${'{},'.repeat(1_000_000)}{}]}`);
  await expect(readHeader(empty)).rejects.toThrow('header would have 3000010 bytes');
});
