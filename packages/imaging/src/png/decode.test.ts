import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from '@radweave/checksum';
import {
  filesBelow,
  python,
  pythonJson,
  referenceTest,
  sharedTest,
  skipOrFail,
  tempDir,
} from '@radweave/testkit';
import { expect, test } from 'vitest';
import { decodeSlice, fileShape } from '../decode.ts';
import { ImageFault } from '../fault.ts';
import { sampleBytes } from '../hash.ts';
import { Scratch } from '../scratch.ts';
import { encodePng } from './encode.ts';

function codeOf(bytes: Uint8Array): string {
  try {
    decodeSlice(bytes, 'here');
  } catch (error) {
    if (error instanceof ImageFault) return error.code;
    throw error;
  }
  return 'none';
}

/** Where each chunk of a PNG starts, and where the file ends. */
function boundaries(png: Buffer): number[] {
  const at = [8];
  for (let p = 8; p < png.length; at.push(p)) p += 12 + png.readUInt32BE(p);
  return at;
}

const pngFiles = (folder: string): string[] => filesBelow(folder).filter((path) => path.endsWith('.png'));

const sample = (): Buffer =>
  encodePng({
    width: 31,
    height: 17,
    pixels: Uint8Array.from({ length: 31 * 17 }, (_, i) => (i * 37) % 251),
  });

const HASH_ALL = `
import sys, json, hashlib
from PIL import Image
out = []
for path in json.load(sys.stdin):
    image = Image.open(path)
    out.append([image.size, hashlib.sha256(image.tobytes()).hexdigest()])
print(json.dumps(out))`;

sharedTest('pixels of every shared PNG equal those of PIL', 'data', (folder, context) => {
  const files = pngFiles(folder);
  expect(files.length).toBeGreaterThan(1000);
  try {
    python('import PIL');
  } catch (error) {
    skipOrFail(context, `PIL cannot run: ${String(error)}`);
  }
  const expected = pythonJson<[[number, number], string][]>(HASH_ALL, { input: JSON.stringify(files) });
  const ours = files.map((path) => {
    const { width, height, pixels } = decodeSlice(readFileSync(path), path);
    return [[width, height], createHash('sha256').update(sampleBytes(pixels)).digest('hex')];
  });
  expect(ours).toEqual(expected);
});

// A PNG writer in Python for what PIL cannot write: any depth, colour type, filter, interlacing.
const VARIANTS = `
import sys, os, json, zlib, struct, io
import numpy as np
from PIL import Image
folder = sys.argv[1]
rng = np.random.default_rng(7)
ADAM7 = [(0,0,8,8),(4,0,8,8),(0,4,4,8),(2,0,4,4),(0,2,2,4),(1,0,2,2),(0,1,1,2)]
def chunk(t, d): return struct.pack('>I', len(d)) + t + d + struct.pack('>I', zlib.crc32(t + d))
def packrow(row, bits):
    if bits == 16: return row.astype('>u2').tobytes()
    if bits == 8: return row.astype(np.uint8).tobytes()
    text = ''.join(format(v, '0%db' % bits) for v in row); text += '0' * (-len(text) % 8)
    return bytes(int(text[i:i+8], 2) for i in range(0, len(text), 8))
def filtered(rows, step):
    out, prior = b'', bytes(len(rows[0]))
    for y, row in enumerate(rows):
        f = y % 5; line = bytearray()
        for i, x in enumerate(row):
            a = row[i-step] if i >= step else 0; b = prior[i]; c = prior[i-step] if i >= step else 0
            p = a + b - c; near = sorted([(abs(p-a),0,a),(abs(p-b),1,b),(abs(p-c),2,c)])[0][2]
            line.append((x - [0, a, b, (a+b)//2, near][f]) & 255)
        out += bytes([f]) + bytes(line); prior = row
    return out
def write(name, values, bits, kind, channels, interlace, extra=b'', split=False):
    h, w = values.shape[:2]; v = values.reshape(h, w, channels); step = max(1, bits*channels//8); data = b''
    for x, y, dx, dy in (ADAM7 if interlace else [(0,0,1,1)]):
        part = v[y::dy, x::dx]
        if part.size: data += filtered([packrow(r.reshape(-1), bits) for r in part], step)
    z = zlib.compress(data); cut = len(z)//2
    idat = chunk(b'IDAT', z[:cut]) + chunk(b'IDAT', z[cut:]) if split else chunk(b'IDAT', z)
    body = chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, bits, kind, 0, 0, interlace)) + extra + idat + chunk(b'IEND', b'')
    open(os.path.join(folder, name), 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + body)
out = []
for w, h in [(1,1),(3,2),(13,11),(40,33)]:
    for inter in (0, 1):
        for bits in (1, 2, 4, 8, 16):
            g = rng.integers(0, 1 << bits, (h, w)); tag = '%dx%d i%d b%d' % (w, h, inter, bits)
            top = (1 << bits) - 1; full = np.full_like(g, top)
            cases = [('gray', g, 0, 1, b'')]
            if bits >= 8: cases += [('ga', np.stack([g, full], 2), 4, 2, b''), ('rgb', np.stack([g]*3, 2), 2, 3, b''), ('rgba', np.stack([g, g, g, full], 2), 6, 4, b'')]
            if bits <= 8:
                pal = rng.integers(0, 256, 1 << bits).astype(np.uint8)
                cases.append(('pal', g, 3, 1, chunk(b'PLTE', np.repeat(pal, 3).tobytes())))
            for kind, v, code, ch, extra in cases:
                name = kind + ' ' + tag + '.png'
                write(name, v, bits, code, ch, inter, extra, split=True)
                image = Image.open(os.path.join(folder, name)); image.load()
                if bits == 16: want, source = g, ('PIL' if kind == 'gray' else 'numpy')
                else: want, source = np.asarray(image.convert('L')), 'PIL'
                if source == 'PIL' and bits == 16: want = np.asarray(image)
                out.append(dict(name=name, kind=kind, bits=bits, want=np.asarray(want).reshape(-1).astype(int).tolist()))
a = rng.integers(0, 256, (20, 30)).astype(np.uint8)
for name, image in [('pil L.png', Image.fromarray(a)), ('pil 1.png', Image.fromarray(a).convert('1')), ('pil P.png', Image.fromarray(a).convert('P')), ('pil LA.png', Image.fromarray(a).convert('LA')), ('pil RGBA.png', Image.fromarray(a).convert('RGBA'))]:
    image.save(os.path.join(folder, name), optimize=True)
    out.append(dict(name=name, kind='pil', bits=8, want=np.asarray(Image.open(os.path.join(folder, name)).convert('L')).reshape(-1).astype(int).tolist()))
print(json.dumps(out))`;

referenceTest('every bit depth, colour type and interlacing equals PIL', ['PIL', 'numpy'], () => {
  const folder = tempDir();
  const cases = pythonJson<{ name: string; kind: string; bits: number; want: number[] }[]>(VARIANTS, {
    args: [folder],
  });
  expect(cases.length).toBe(4 * 2 * 15 + 5);
  const colours: Record<string, string> = {
    gray: 'gray',
    ga: 'gray-alpha',
    rgb: 'rgb-equal',
    rgba: 'rgba-equal',
    pal: 'palette-gray',
  };
  const memory = new Scratch();
  for (const { name, kind, bits, want } of cases) {
    const slice = decodeSlice(readFileSync(join(folder, name)), name);
    expect(decodeSlice(readFileSync(join(folder, name)), name, memory), name).toEqual(slice);
    expect([...slice.pixels], name).toEqual(want);
    expect(slice.bitDepth, name).toBe(bits === 16 ? 16 : 8);
    expect([slice.min, slice.max], name).toEqual([Math.min(...want), Math.max(...want)]);
    if (kind !== 'pil') expect(slice.colour, name).toBe(colours[kind]);
  }
});

/** A PNG with a chunk put in before the chunk of this number. */
function withChunk(png: Buffer, place: number, type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(8);
  chunk.writeUInt32BE(data.length);
  chunk.writeUInt32BE(crc32(body), 4);
  const at = boundaries(png)[place] ?? 0;
  return Buffer.concat([
    png.subarray(0, at),
    chunk.subarray(0, 4),
    body,
    chunk.subarray(4),
    png.subarray(at),
  ]);
}

const TURNED = `
import sys, json
import numpy as np
from PIL import Image, ImageOps
folder = sys.argv[1]
a = np.arange(15 * 10, dtype=np.uint8).reshape(15, 10)
out = {}
for orientation in range(1, 9):
    exif = Image.Exif(); exif[274] = orientation
    path = f'{folder}/{orientation}.png'
    Image.fromarray(a).save(path, exif=exif)
    out[path] = np.asarray(ImageOps.exif_transpose(Image.open(path))).tolist()
noisy = np.stack([a, a + 3, a], 2); noisy[0, 0] = [9, 10, 12]
Image.fromarray(noisy).save(f'{folder}/near.png')
out[f'{folder}/near.png'] = np.asarray(Image.open(f'{folder}/near.png').convert('L')).tolist()
print(json.dumps(out))`;

referenceTest(
  'EXIF turns an image, and the noise of JPEG between channels is gray, as in PIL',
  ['PIL', 'numpy'],
  () => {
    const folder = tempDir();
    for (const [path, rows] of Object.entries(
      pythonJson<Record<string, number[][]>>(TURNED, { args: [folder] }),
    )) {
      const bytes = readFileSync(path);
      const slice = decodeSlice(bytes, path);
      const size = { width: rows[0]?.length, height: rows.length };
      expect(slice, path).toMatchObject(size);
      expect(fileShape(path), path).toMatchObject(size);
      expect([...slice.pixels], path).toEqual(rows.flat());
      expect(slice.colour, path).toBe(path.endsWith('near.png') ? 'near-gray' : 'gray');
    }
  },
);

test('EXIF behind the pixels turns the shape too, as it does in the decoder', () => {
  const pixels = Uint8Array.from({ length: 80 * 60 }, (_, i) => (i * i) % 251);
  const png = encodePng({ width: 80, height: 60, pixels });
  const exif = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');
  const path = join(tempDir(), 'turned.png');
  for (const place of [1, boundaries(png).length - 2]) {
    writeFileSync(path, withChunk(png, place, 'eXIf', exif));
    expect(fileShape(path)).toMatchObject({ width: 60, height: 80 });
    expect(decodeSlice(readFileSync(path), path)).toMatchObject({ width: 60, height: 80 });
  }
});

test('a second header, palette or transparency, and one after the image, are faults as for libpng', () => {
  const png = sample();
  const header = png.subarray(16, 29);
  const palette = new Uint8Array(768);
  const cases: [Buffer, string][] = [
    [withChunk(png, 1, 'IHDR', header), 'two "IHDR" chunks'],
    [withChunk(withChunk(png, 1, 'PLTE', palette), 1, 'PLTE', palette), 'two "PLTE" chunks'],
    [withChunk(png, 2, 'IHDR', header), '"IHDR" stands after image data'],
    [withChunk(png, 2, 'PLTE', palette), '"PLTE" stands after image data'],
    [withChunk(png, 2, 'tRNS', new Uint8Array(2)), '"tRNS" stands after image data'],
  ];
  for (const [bytes, text] of cases) {
    expect(() => decodeSlice(bytes, 'a.png'), text).toThrow(text);
    expect(codeOf(bytes)).toBe('CORRUPT');
  }
  expect(decodeSlice(withChunk(png, 1, 'PLTE', palette), 'a.png')).toEqual(decodeSlice(png, 'a.png'));
});

test('how many bits of a sample a file calls significant changes no value: they are scaled to all 16 (PNG specification, 11.3.2.4)', () => {
  const png = encodePng({ width: 2, height: 1, pixels: Uint16Array.of(0x0123, 0xfff0) });
  const said = withChunk(png, 1, 'sBIT', Uint8Array.of(12));
  expect(decodeSlice(said, 'a.png')).toEqual(decodeSlice(png, 'a.png'));
});

test('a small file that unpacks to half a gigabyte is refused before it is unpacked', () => {
  const png = sample();
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(8192, 0);
  header.writeUInt32BE(8192, 4);
  header.set([16, 6], 8);
  const end = png.subarray(boundaries(png)[2]);
  const zeros = new Uint8Array(600_000);
  const bytes = withChunk(
    withChunk(Buffer.concat([png.subarray(0, 8), end]), 0, 'IDAT', zeros),
    0,
    'IHDR',
    header,
  );
  expect(() => decodeSlice(bytes, 'a.png')).toThrow('its 600000 bytes of image data unpack to 536879104');
});

test('truncation at and beside every chunk boundary is a fault', () => {
  const png = sample();
  for (const boundary of boundaries(png)) {
    for (const length of [boundary - 1, boundary, boundary + 4, boundary + 9]) {
      if (length < 8 || length >= png.length) continue;
      expect(codeOf(png.subarray(0, length)), `${length} bytes`).toBe('TRUNCATED');
    }
  }
  expect(codeOf(png.subarray(0, 0))).toBe('EMPTY');
  expect(codeOf(png.subarray(0, 5))).toBe('UNKNOWN_FORMAT');
});

test('one flipped byte anywhere in a chunk is a CRC fault', () => {
  const png = sample();
  const starts = boundaries(png).slice(0, -1);
  for (const start of starts) {
    const end = start + 12 + png.readUInt32BE(start);
    for (let at = start + 4; at < end; at++) {
      const damaged = Buffer.from(png);
      damaged.writeUInt8(png.readUInt8(at) ^ 0x10, at);
      expect(codeOf(damaged), `byte ${at}`).toBe('CRC');
    }
    for (let at = start; at < start + 4; at++) {
      const damaged = Buffer.from(png);
      damaged.writeUInt8(png.readUInt8(at) ^ 0x10, at);
      expect(['CRC', 'TRUNCATED'], `length byte ${at}`).toContain(codeOf(damaged));
    }
  }
});

/** The sample with bytes of IHDR changed and its CRC made right again. */
function withHeader(change: (header: Buffer) => void): Buffer {
  const png = sample();
  change(png.subarray(16, 29));
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

test('headers that lie are faults and allocate nothing', () => {
  expect(codeOf(withHeader((header) => header.writeUInt32BE(0, 0)))).toBe('CORRUPT');
  expect(codeOf(withHeader((header) => header.writeUInt8(3, 8)))).toBe('CORRUPT');
  expect(codeOf(withHeader((header) => header.writeUInt32BE(100_000, 0)))).toBe('TRUNCATED');
  expect(codeOf(withHeader((header) => header.writeUInt32BE(0x7fffffff, 0)))).toBe('TOO_LARGE');
  expect(codeOf(withHeader((header) => header.writeUInt32BE(18, 4)))).toBe('TRUNCATED');
  expect(codeOf(withHeader((header) => header.writeUInt32BE(16, 4)))).toBe('CORRUPT');
});

const REFUSED = `
import sys, os, json
import numpy as np
from PIL import Image
folder = sys.argv[1]
a = np.arange(64, dtype=np.uint8).reshape(8, 8)
rgb = np.stack([a, a, a], 2); rgb[5, 3, 2] += 4
Image.fromarray(rgb).save(folder + '/COLOUR rgb.png')
Image.fromarray(rgb).quantize(64).save(folder + '/COLOUR palette.png')
alpha = np.stack([a, np.full_like(a, 255)], 2); alpha[2, 1, 1] = 254
Image.fromarray(alpha, 'LA').save(folder + '/ALPHA la.png')
Image.fromarray(a).save(folder + '/ALPHA key.png', transparency=7)
Image.fromarray(a).save(folder + '/none key.png', transparency=200)
for kind in ('JPEG', 'BMP', 'GIF', 'TIFF', 'WEBP'):
    Image.fromarray(a).save(folder + '/OTHER_FORMAT ' + kind + '.png', kind)
open(folder + '/OTHER_FORMAT DICOM.png', 'wb').write(bytes(128) + b'DICM' + bytes(20))
open(folder + '/UNKNOWN_FORMAT text.png', 'w').write('hello')
Image.fromarray(a).save(folder + '/UNSUPPORTED apng.png', save_all=True, append_images=[Image.fromarray(a[::-1])])
print(json.dumps(sorted(os.listdir(folder))))`;

referenceTest('colour, transparency and other formats are named', ['PIL', 'numpy'], () => {
  const folder = tempDir();
  for (const name of pythonJson<string[]>(REFUSED, { args: [folder] })) {
    expect(`${codeOf(readFileSync(join(folder, name)))} ${name.split(' ')[1]}`).toBe(name);
  }
  const jpeg = readFileSync(join(folder, 'OTHER_FORMAT JPEG.png'));
  expect(() => decodeSlice(jpeg, 'a.png')).toThrow(/^a\.png: the content is JPEG/);
  expect(() => decodeSlice(readFileSync(join(folder, 'COLOUR rgb.png')), 'c.png')).toThrow(/column 3, row 5/);
});
