import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { peersPython, peerTest, pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { cutEvents } from './cut.ts';
import { splitRecords } from './record.ts';
import { EventWriter } from './writer.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return { ...real, writeSync: vi.fn(real.writeSync) };
});

/**
 * Reads event files with nothing but the published definitions: TFRecord framing with masked CRC-32C, and the field
 * numbers of event.proto, summary.proto and tensor.proto.
 */
const READER = `
import struct, sys, json
def crc(data):
    c = 0xffffffff
    for b in data:
        c ^= b
        for _ in range(8): c = (c >> 1) ^ (0x82f63b78 if c & 1 else 0)
    c ^= 0xffffffff
    return (((c >> 15) | (c << 17)) + 0xa282ead8) & 0xffffffff
def varint(b, i):
    v = s = 0
    while True:
        v |= (b[i] & 127) << s; s += 7; i += 1
        if b[i - 1] < 128: return v, i
def message(b):
    i, out = 0, {}
    while i < len(b):
        t, i = varint(b, i)
        if t & 7 == 0: v, i = varint(b, i)
        elif t & 7 == 1: v = struct.unpack('<d', b[i:i+8])[0]; i += 8
        elif t & 7 == 5: v = struct.unpack('<f', b[i:i+4])[0]; i += 4
        elif t & 7 == 2: n, i = varint(b, i); v = b[i:i+n]; i += n
        out.setdefault(t >> 3, []).append(v)
    return out
one = lambda m, f, d=0: m.get(f, [d])[0]
events = []
b = open(sys.argv[1], 'rb').read()
i = 0
while i < len(b):
    n, = struct.unpack('<Q', b[i:i+8])
    assert struct.unpack('<I', b[i+8:i+12])[0] == crc(b[i:i+8]), 'length crc'
    d = b[i+12:i+12+n]
    assert struct.unpack('<I', b[i+12+n:i+16+n])[0] == crc(d), 'data crc'
    i += 16 + n
    e = message(d)
    r = {'time': one(e, 1), 'step': one(e, 2)}
    if 3 in e: r['version'] = e[3][0].decode()
    if 5 in e:
        v = message(message(e[5][0])[1][0])
        r['tag'] = v[1][0].decode()
        if 2 in v: r['value'] = v[2][0]
        if 4 in v:
            m = message(v[4][0]); r['image'] = [one(m, 1), one(m, 2), one(m, 3), m[4][0].hex()]
        if 8 in v:
            t = message(v[8][0])
            r['text'] = t[8][0].decode(); r['dtype'] = one(t, 1)
            r['shape'] = [one(message(x), 1) for x in message(t[2][0])[2]]
            r['plugin'] = message(message(v[9][0])[1][0])[1][0].decode()
    events.append(r)
print(json.dumps(events))`;

const clock = () => 1_700_000_000.25;

referenceTest('scalars, images and text decode by the published definitions with valid CRCs', [], () => {
  const folder = join(tempDir(), 'logs');
  const writer = new EventWriter(folder, clock);
  writer.scalar('loss/train', 0.5, 1);
  writer.scalar('auc/val', Math.fround(0.1), 300);
  writer.image('slices', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), { width: 640, height: 224, channels: 1 }, 2);
  writer.text('config', 'größe: 1\n'.repeat(40), 0);
  writer.close();
  writer.close();
  expect(writer.path).toMatch(/[\\/]events\.out\.tfevents\.1700000000\.radweave\.\d+\.0$/);
  const time = clock();
  expect(pythonJson(READER, { args: [writer.path] })).toEqual([
    { time, step: 0, version: 'brain.Event:2' },
    { time, step: 1, tag: 'loss/train', value: 0.5 },
    { time, step: 300, tag: 'auc/val', value: Math.fround(0.1) },
    { time, step: 2, tag: 'slices', image: [224, 640, 1, '89504e47'] },
    { time, step: 0, tag: 'config', text: 'größe: 1\n'.repeat(40), dtype: 7, shape: [1], plugin: 'text' },
  ]);
});

/** What TensorBoard itself makes of a run's folder, as its server reads it. */
const TENSORBOARD = `
import json, sys
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
read = EventAccumulator(sys.argv[1])
read.Reload()
out = {}
for tag in read.Tags()['tensors']:
    about = read.SummaryMetadata(tag).plugin_data.plugin_name
    last = read.Tensors(tag)[-1].tensor_proto
    value = last.float_val[0] if about == 'scalars' else [v.decode('latin1' if about == 'images' else 'utf8') for v in last.string_val]
    out[tag] = [about, [e.step for e in read.Tensors(tag)], value]
print(json.dumps(out))`;

peerTest('TensorBoard reads scalars, images and text, and a resumed run as one', ['tensorboard'], () => {
  const folder = tempDir();
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
  const first = new EventWriter(folder, clock);
  first.text('config', 'größe: 1', 0);
  first.image('slices', png, { width: 640, height: 224, channels: 1 }, 0);
  for (const step of [1, 2, 3]) first.scalar('auc/val', step / 4, step);
  first.close();
  cutEvents(folder, 2);
  const resumed = new EventWriter(folder, clock);
  resumed.scalar('auc/val', 0.875, 3);
  resumed.close();
  expect(pythonJson(TENSORBOARD, { args: [folder], interpreter: peersPython() })).toEqual({
    config: ['text', [0], ['größe: 1']],
    slices: ['images', [0], ['640', '224', String.fromCharCode(...png)]],
    'auc/val': ['scalars', [1, 2, 3], 0.875],
  });
});

referenceTest('a resumed run is cut back to the checkpoint, also after kill -9 in mid-record', [], () => {
  const folder = tempDir();
  const first = new EventWriter(folder, clock);
  for (const step of [1, 2, 3]) first.scalar('loss', step / 4, step);
  first.close();
  const second = new EventWriter(folder, clock);
  expect(second.path).not.toBe(first.path);
  second.scalar('loss', 9, 4);
  second.scalar('loss', 9, 2);
  second.flush();
  second.close();
  truncateSync(first.path, readFileSync(first.path).length - 5);
  writeFileSync(join(folder, 'train.log'), 'not an event file');
  const size = readFileSync(second.path).length;
  appendFileSync(second.path, Buffer.alloc(40));
  expect(cutEvents(folder, 2)).toEqual({ events: 1, damagedBytes: expect.any(Number) });
  expect(readFileSync(second.path).length).toBeLessThan(size);
  const read = (path: string) =>
    pythonJson<{ step: number }[]>(READER, { args: [path] }).map(({ step }) => step);
  expect(read(first.path)).toEqual([0, 1, 2]);
  expect(read(second.path)).toEqual([0, 2]);
  expect(cutEvents(folder, 2)).toEqual({ events: 0, damagedBytes: 0 });
  expect(readdirSync(folder)).toHaveLength(3);
});

test('records are read up to the first one that fails its CRC', () => {
  const writer = new EventWriter(tempDir(), clock);
  writer.scalar('loss', 1, 1);
  writer.scalar('loss', 2, 2);
  writer.close();
  const bytes = readFileSync(writer.path);
  expect(splitRecords(bytes)).toMatchObject({ data: { length: 3 }, damagedBytes: 0 });
  for (let cut = 0; cut < bytes.length; cut++) {
    const { data, damagedBytes } = splitRecords(bytes.subarray(0, cut));
    expect(data.reduce((sum, one) => sum + one.length + 16, damagedBytes)).toBe(cut);
  }
  bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
  expect(splitRecords(bytes).data).toHaveLength(2);
});

test('on a full disk the event file is named, when it is begun and later', () => {
  const folder = tempDir();
  const isFull = (): never => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  const full = (write: () => void): unknown => {
    vi.mocked(writeSync).mockImplementationOnce(isFull);
    try {
      write();
    } catch (error) {
      return error;
    }
  };
  const told = { code: 'E_DISK_FULL', exitCode: 5 };
  const begun = full(() => new EventWriter(folder, clock));
  expect(begun).toMatchObject({ ...told, where: join(folder, readdirSync(folder)[0] ?? '') });
  const writer = new EventWriter(folder, clock);
  writer.scalar('loss', 1, 1);
  for (const write of [() => writer.flush(), () => writer.close()]) {
    expect(full(write)).toMatchObject({ ...told, where: writer.path });
  }
});
