import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { FileFault } from '../files/fault.ts';
import { pixelFormat } from '../pixels/format.ts';
import { decodeFrame } from '../pixels/frames.ts';
import { type MadeUp, madeUpDicom, madeUpSlice, type Writing } from '../testing/made-up.ts';
import { openHeader, openWhole, parseFile } from './open.ts';
import { TAG } from './tags.ts';

const WRITINGS: Readonly<Record<string, Writing>> = {
  implicit: { explicit: false },
  explicit: {},
  'big endian': { littleEndian: false },
  deflated: { deflated: true },
};

test.each(Object.entries(WRITINGS))('%s: texts, numbers and items of sequences', (_, how) => {
  const elements = madeUpSlice({
    [TAG.windowCentre]: ['DS', [40.5, -600]],
    [TAG.sharedGroups]: ['SQ', [{ [TAG.pixelMeasures]: ['SQ', [{ [TAG.spacing]: ['DS', [2, 3]] }]] }]],
    [TAG.diffusionB]: ['FD', 812.5],
  });
  const { dataset } = parseFile(madeUpDicom(elements, how));
  expect(dataset.text(TAG.patientName)).toBe('Somebody^Real');
  expect(dataset.texts(TAG.imageType)).toEqual(['ORIGINAL', 'PRIMARY', 'AXIAL']);
  expect(dataset.decimals(TAG.windowCentre)).toEqual([40.5, -600]);
  expect(dataset.short(TAG.rows)).toBe(12);
  expect(dataset.doubles(TAG.diffusionB)).toEqual([812.5]);
  const [shared] = dataset.items(TAG.sharedGroups);
  expect(shared?.items(TAG.pixelMeasures)[0]?.decimals(TAG.spacing)).toEqual([2, 3]);
  expect(dataset.items(TAG.frameGroups)).toEqual([]);
});

test.each<[text: string, numbers: number[]]>([
  ['+1.5\\-.5\\2.\\3e-2\\4E2', [1.5, -0.5, 2, 0.03, 400]],
  ['0x10', []],
  ['0b11', []],
  ['0o17', []],
  ['1\\0x2', []],
  ['1,5', []],
  ['1_000', []],
  ['1e999', []],
  ['Infinity', []],
  ['e5', []],
  ['.', []],
])('a number is one as the standard writes it, and of no programming language: %s', (text, numbers) => {
  const { dataset } = parseFile(madeUpDicom(madeUpSlice({ [TAG.thickness]: ['DS', text] })));
  expect(dataset.decimals(TAG.thickness)).toEqual(numbers);
});

test('texts are read in the character set of the file', () => {
  const described = (charset: string, bytes: number[]): string => {
    const text = Uint8Array.from(bytes);
    const file = madeUpDicom({
      [TAG.charset]: ['CS', charset],
      [TAG.seriesDescription]: ['LO', text],
    });
    return parseFile(file).dataset.text(TAG.seriesDescription);
  };
  expect(described('GB18030', [0xb6, 0xaf, 0xc2, 0xf6, 0xc6, 0xda])).toBe('动脉期');
  expect(described('ISO_IR 192', [...Buffer.from('动脉期')])).toBe('动脉期');
  expect(described('ISO_IR 100', [0x53, 0x63, 0x68, 0xe4, 0x64, 0x65, 0x6c])).toBe('Schädel');
  expect(described('', [...Buffer.from('门静脉期')])).toBe('门静脉期');
});

test('items of a sequence have the character set of the file, unless they name one', () => {
  const label = (bytes: number[], more: MadeUp = {}): MadeUp => ({
    [TAG.segmentLabel]: ['LO', Uint8Array.from(bytes)],
    ...more,
  });
  const tumour = [0xd6, 0xd7, 0xc1, 0xf6];
  const latin: MadeUp = { [TAG.charset]: ['CS', 'ISO_IR 100'] };
  const file = madeUpDicom({
    [TAG.charset]: ['CS', 'GB18030'],
    [TAG.segments]: ['SQ', [label(tumour), label([0xe4], latin)]],
  });
  const names = parseFile(file)
    .dataset.items(TAG.segments)
    .map((one) => one.text(TAG.segmentLabel));
  expect(names).toEqual(['肿瘤', 'ä']);
});

const NAMES = `
import json, sys
import pydicom
from pydicom.data import get_charset_files
names = {}
for path in get_charset_files('*.dcm'):
    ds = pydicom.dcmread(path, force=True)
    if 'PatientName' in ds:
        names[str(path)] = str(ds.PatientName)
json.dump(names, sys.stdout)
`;

peerTest(
  'names in every character set that pydicom has files of are those that it reads',
  ['pydicom'],
  () => {
    const names = Object.entries(pythonJson<Record<string, string>>(NAMES, { interpreter: peersPython() }));
    expect(names.length).toBeGreaterThan(12);
    for (const [path, name] of names) {
      // pydicom leaves groups of a name out that are empty.
      expect(openHeader(path).dataset.text(TAG.patientName).replace(/=$/, ''), path).toBe(name);
    }
  },
);

test('a block of elements of a maker may be any one of its group', () => {
  const [creator, factor] = ['Philips PET Private Group', '0.000555'];
  const file = (block: number, name: string): ReturnType<typeof parseFile> =>
    parseFile(
      madeUpDicom({ [0x70530000 + block]: ['LO', name], [0x70530000 + block * 0x100]: ['DS', factor] }),
    );
  for (const block of [0x10, 0x42, 0xff]) {
    const { dataset } = file(block, creator);
    expect(dataset.decimal(dataset.privateTag(creator, 0x7053, 0) ?? 0)).toBe(Number(factor));
  }
  expect(file(0x10, 'Somebody else').dataset.privateTag(creator, 0x7053, 0)).toBeUndefined();
});

test('a header is read from the beginning of a large file, and from all of it where it is long', () => {
  const folder = tempDir();
  const path = join(folder, 'slice');
  for (const length of [10, 20_000, 100_000, 150_000]) {
    const elements = madeUpSlice({ 593936: ['UN', Buffer.alloc(length, 1)] });
    writeFileSync(path, madeUpDicom({ ...elements, [TAG.pixels]: ['OW', Buffer.alloc(200_000)] }));
    const { dataset } = openHeader(path);
    expect(dataset.text(TAG.patientId)).toBe('HN-1');
    expect(dataset.has(TAG.pixels)).toBe(false);
    expect(openWhole(path).dataset.value(TAG.pixels)).toHaveLength(200_000);
  }
});

test.each([
  ['a picture', Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1'), 'PNG: radweave import images reads it'],
  ['nothing', new Uint8Array(), 'it is not a DICOM file'],
  ['an archive', Buffer.from('PK\x03\x04 and some more bytes of it'), 'the content is ZIP: unpack it first'],
  ['video', madeUpDicom(madeUpSlice(), { syntax: '1.2.840.10008.1.2.4.102' }), '1.2.840.10008.1.2.4.102'],
])('%s is refused with the reason', (_, bytes, reason) => {
  expect(() => parseFile(bytes)).toThrow(reason);
});

test('a length that leads beyond the file is never believed', () => {
  const bytes = Buffer.from(madeUpDicom(madeUpSlice()));
  const at = bytes.indexOf('OW') + 4;
  bytes.writeUInt32LE(0x7fffffff, at);
  expect(() => parseFile(bytes)).toThrow('(7FE0,0010) needs more bytes (2147483647) than are left (384)');
});

test('a small file that unpacks to far more than it has is refused before it fills the memory', () => {
  const zeros = new Uint8Array(80 * 2 ** 20);
  const deflated = madeUpDicom(madeUpSlice({ [TAG.pixels]: ['OW', zeros] }), { deflated: true });
  expect(() => parseFile(deflated)).toThrow(
    /the deflated elements are damaged: Cannot create a Buffer larger/,
  );
  const slice = madeUpSlice({ [TAG.rows]: ['US', 8192], [TAG.columns]: ['US', 8192] });
  const { [TAG.pixels]: _, ...rest } = slice;
  for (const syntax of ['1.2.840.10008.1.2.5', '1.2.840.10008.1.2.8.1', '1.2.840.10008.1.2.4.90']) {
    const file = parseFile(madeUpDicom(rest, { syntax, pieces: [new Uint8Array(100)] }));
    expect(() => decodeFrame(file, pixelFormat(file.dataset), 0), syntax).toThrow(
      '100 bytes would unpack to an image of 134217728',
    );
  }
});

test('sequences in sequences end somewhere', () => {
  const item = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff]);
  const open = Buffer.concat([
    Buffer.from([0x40, 0, 1, 0]),
    Buffer.from('SQ\0\0'),
    Buffer.alloc(4, 0xff),
    item,
  ]);
  const bytes = Buffer.concat([madeUpDicom({}), ...Array.from({ length: 100_000 }, () => open)]);
  expect(() => parseFile(bytes)).toThrow('more than 64 deep');
});

test('whatever is cut off or changed, there is a reason and no crash', () => {
  const writings = [...Object.values(WRITINGS), rle()];
  let faults = 0;
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (const how of writings) {
    const whole = madeUpDicom(how.pieces === undefined ? madeUpSlice() : compressed(), how);
    for (let round = 0; round < 400; round++) {
      const bytes = round < 200 ? whole.slice(0, random(whole.length)) : whole.slice();
      if (round >= 200) for (let i = 0; i < 4; i++) bytes[132 + random(bytes.length - 132)] = random(256);
      try {
        const file = parseFile(bytes);
        const format = pixelFormat(file.dataset);
        for (let i = 0; i < Math.min(format.frames, 3); i++) decodeFrame(file, format, i);
      } catch (error) {
        expect(error).toBeInstanceOf(FileFault);
        faults++;
      }
    }
  }
  expect(faults).toBeGreaterThan(500);
});

function rle(): Writing {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(64, 4);
  const run = Buffer.from([0x81, 7, 0xc1, 9]);
  return { syntax: '1.2.840.10008.1.2.5', pieces: [Buffer.concat([header, run])] };
}

/** 16 × 12 pixels of one byte: 128 of 7, 64 of 9. */
function compressed(): ReturnType<typeof madeUpSlice> {
  const { [TAG.pixels]: _, ...slice } = madeUpSlice({
    [TAG.bitsAllocated]: ['US', 8],
    [TAG.bitsStored]: ['US', 8],
    [TAG.highBit]: ['US', 7],
    [TAG.signed]: ['US', 0],
  });
  return slice;
}

test('RLE runs', () => {
  const file = parseFile(madeUpDicom(compressed(), rle()));
  const { pixels } = decodeFrame(file, pixelFormat(file.dataset), 0);
  expect([...pixels]).toEqual([...Array(128).fill(7), ...Array(64).fill(9)]);
});

test('bits beyond those stored are no part of a value', () => {
  const pixels = Buffer.alloc(2 * 16 * 12);
  for (let i = 0; i < 192; i++) pixels.writeUInt16LE((i & 1) * 0xf000 + ((-i & 0xfff) >>> 0), 2 * i);
  const twelve = madeUpSlice({
    [TAG.bitsStored]: ['US', 12],
    [TAG.highBit]: ['US', 11],
    [TAG.pixels]: ['OW', pixels],
  });
  const file = parseFile(madeUpDicom(twelve));
  const decoded = decodeFrame(file, pixelFormat(file.dataset), 0).pixels;
  expect([...decoded]).toEqual(Array.from({ length: 192 }, (_, i) => (i === 0 ? 0 : -i)));
});
