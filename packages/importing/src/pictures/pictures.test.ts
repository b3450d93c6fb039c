import { readFileSync } from 'node:fs';
import { seenSize } from '@radweave/imaging';
import { peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { FileFault } from '../files/fault.ts';
import { pictureOf } from '../series/picture-image.ts';
import { grayOf } from './gray.ts';
import { openPages } from './open.ts';

/** Writes pictures by PIL and tifffile, and prints the gray values that PIL or numpy make of each page, turned as EXIF asks for. */
const PICTURES = `
import json, os, sys
import numpy as np, tifffile
from PIL import Image, ImageOps, ImageSequence
folder = sys.argv[1]
rng = np.random.default_rng(3)
smooth = np.add.outer(np.arange(37) * 3, np.arange(51) * 2).astype('u1')
a8, a16 = rng.integers(0, 256, (37, 51), 'u1'), rng.integers(0, 65536, (37, 51), 'u2')
rgb = np.stack([a8, a8[::-1], a8[:, ::-1]], -1)
out = {}
def put(name, pages): out[f'{folder}/{name}'] = [np.float64(p).tolist() for p in pages]
def pil(name, image, **how):
    image.save(f'{folder}/{name}', **how)
    image = Image.open(f'{folder}/{name}')
    put(name, [np.asarray(ImageOps.exif_transpose(p.convert('L') if p.mode == '1' else p)) for p in ImageSequence.Iterator(image)])
def luma(c): return np.where((c == c[..., :1]).all(-1), c[..., 0], np.rint(np.float32(c.astype('f8') @ [.299, .587, .114])))
def tif(name, *pages, **how):
    with tifffile.TiffWriter(f'{folder}/{name}', byteorder=how.pop('byteorder', '<')) as w:
        for p in pages: w.write(p, contiguous=False, metadata=None, **how)
    put(name, [p if p.ndim == 2 else luma(p) for p in pages])
pil('gray.png', Image.fromarray(a8))
pil('gray16.png', Image.fromarray(a16))
pil('bits.png', Image.fromarray(a8 > 99).convert('1').convert('L'), bits=1)
pil('gray.bmp', Image.fromarray(a8))
pil('gray.jpg', Image.fromarray(smooth), quality=95)
pil('progressive.jpg', Image.fromarray(smooth), quality=90, progressive=True)
for turn in range(2, 9):
    exif = Image.Exif(); exif[274] = turn
    pil(f'turn{turn}.jpg', Image.fromarray(smooth), quality=95, exif=exif)
    pil(f'turn{turn}.png', Image.fromarray(a8), exif=exif)
for name, how in [('colour.png', {}), ('colour.bmp', {})]:
    Image.fromarray(rgb).save(f'{folder}/{name}', **how); put(name, [luma(rgb)])
Image.fromarray(smooth).convert('RGB').save(f'{folder}/rgb.jpg', quality=95, subsampling=0)
put('rgb.jpg', [np.asarray(Image.open(f'{folder}/rgb.jpg').convert('L'))])
p = Image.fromarray(rgb).quantize(50); p.save(f'{folder}/palette.png'); put('palette.png', [luma(np.asarray(p.convert('RGB')))])
p.save(f'{folder}/palette.bmp'); put('palette.bmp', [luma(np.asarray(p.convert('RGB')))])
for compression in [None, 'zlib']:
    for kind in 'u1 u2 i1 i2 u4 i4 f4 f8'.split():
        a = (a16 if kind[1] != '1' else a8).astype(kind)
        tif(f'{compression}-{kind}.tif', a, compression=compression, predictor=compression is not None and kind[0] != 'f', rowsperstrip=10)
        if kind in ('u1', 'u2'): tif(f'tiled-{compression}-{kind}.tif', a, compression=compression, tile=(16, 32), byteorder='>')
for compression in ['tiff_lzw', 'packbits', 'tiff_adobe_deflate']:
    for kind, a in [('L', a8), ('16', a16), ('F', np.float32(a16)), ('smooth', np.tile(smooth, (9, 11)))]:
        pil(f'{compression}-{kind}.tif', Image.fromarray(a), compression=compression)
    pil(f'{compression}-predicted.tif', Image.fromarray(a16), compression=compression, tiffinfo={317: 2})
tif('rgb.tif', rgb, photometric='rgb'); tif('white.tif', a8, photometric='miniswhite')
tif('pages.tif', a16, a16 // 2, a16 // 4, compression='zlib')
json.dump(out, sys.stdout)
`;

peerTest('pictures of PIL and tifffile: 60 files, each gray value', ['tifffile', 'PIL'], () => {
  const expected = pythonJson<Record<string, number[][][]>>(PICTURES, {
    args: [tempDir()],
    interpreter: peersPython(),
  });
  expect(Object.keys(expected).length).toBeGreaterThan(55);
  for (const [path, pages] of Object.entries(expected)) {
    const found = openPages(readFileSync(path));
    expect(found, path).toHaveLength(pages.length);
    for (const [i, page] of found.entries()) {
      const rows = pages[i] as number[][];
      expect(seenSize(page, page.orientation), path).toEqual({ width: rows[0]?.length, height: rows.length });
      const { values } = grayOf(page);
      const difference = rows
        .flat()
        .reduce((most, one, at) => Math.max(most, Math.abs(one - (values[at] as number))), 0);
      expect(difference, path).toBeLessThanOrEqual(path.endsWith('.jpg') ? 1 : 0);
    }
  }
  for (const path of Object.keys(expected)) damageEach(readFileSync(path));
});

/** Bytes changed and ends cut off by a seed: pages are read or refused. */
function damageEach(whole: Uint8Array): void {
  let seed = 1 + whole.length;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 12; round++) {
    const bytes = Uint8Array.from(whole.subarray(0, round % 5 === 0 ? random(whole.length) : whole.length));
    for (let i = 0; i <= random(3); i++)
      bytes[random(round % 2 === 0 ? Math.min(120, bytes.length) : bytes.length)] = random(256);
    try {
      for (const page of openPages(bytes)) grayOf(page);
    } catch (error) {
      expect(error).toBeInstanceOf(FileFault);
    }
  }
}

/** A gray TIFF file of 2×2 pixels, some values of its directory changed. */
function smallTiff(changes: Readonly<Record<number, number>> = {}, next = 0): Uint8Array {
  const tags = { 256: 2, 257: 2, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 2, 279: 4, ...changes };
  const entries = Object.entries(tags);
  const bytes = Buffer.alloc(12 + 2 + 12 * entries.length + 4);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(12, 4);
  bytes.set([1, 2, 3, 4], 8);
  bytes.writeUInt16LE(entries.length, 12);
  entries.forEach(([tag, value], i) => {
    bytes.writeUInt16LE(Number(tag), 14 + 12 * i);
    bytes.writeUInt16LE(4, 16 + 12 * i);
    bytes.writeUInt32LE(1, 18 + 12 * i);
    bytes.writeUInt32LE(value, 22 + 12 * i);
  });
  bytes.writeUInt32LE(next, 14 + 12 * entries.length);
  return bytes;
}

test('samples of 8 bits are bytes from 0 to 255, of BMP whatever its pixels have, but not below 0', () => {
  const isByte = (bytes: Uint8Array): boolean => {
    const named = { patient: '1', hospital: null, label: null, series: 'A' };
    const about = { path: 'x', bytes, pages: openPages(bytes) };
    const image = pictureOf(about, named, { key: '', keepsColour: false });
    return typeof image !== 'string' && image.source.kind === 'picture' && image.source.isByte;
  };
  const bmp = Buffer.alloc(58);
  bmp.write('BM');
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, 1],
    [22, 1],
    [28, 24],
  ] as const)
    bmp.writeUInt32LE(value, at);
  expect([smallTiff(), smallTiff({ 339: 2 }), bmp].map(isByte)).toEqual([true, false, true]);
});

test('the small file is read, whatever is at its end', () => {
  const [page] = openPages(smallTiff());
  expect([...(page?.decode() ?? [])]).toEqual([1, 2, 3, 4]);
});

/** The beginning of a JPEG of 16×16 pixels. */
function jpegFrame(bits: number, samples: number): Uint8Array {
  const components = Array.from({ length: samples }, (_, i) => [i + 1, 0x11, 0]).flat();
  return Uint8Array.from([
    ...[0xff, 0xd8, 0xff, 0xc1, 0, 8 + components.length],
    ...[bits, 0, 16, 0, 16, samples, ...components, 0xff, 0xd9],
  ]);
}

test.each<[what: string, bytes: Uint8Array, message: string]>([
  ['text', Buffer.from('no picture'), 'it is not an image'],
  ['WebP', Buffer.from('RIFF0000WEBPVP8 '), 'the content is WebP: convert it to PNG'],
  ['pages in a circle', smallTiff({}, 12), 'in a circle'],
  ['a huge image of few bytes', smallTiff({ 256: 8000, 257: 8000, 278: 8000 }), 'too short'],
  [
    'an image that would take a gigabyte',
    smallTiff({ 256: 8000, 257: 8000, 258: 32, 277: 4, 278: 8000 }),
    'would unpack',
  ],
  ['more pixels than any', smallTiff({ 256: 80_000, 257: 80_000 }), 'too large'],
  ['JPEG within TIFF', smallTiff({ 259: 7 }), 'TIFF that holds JPEG is not read: convert it to PNG'],
  [
    'TIFF of an unusual compression',
    smallTiff({ 259: 50_000 }),
    'compression 50000 is not read: convert it to PNG',
  ],
  ['BigTIFF', Buffer.from('II+\0\x08\0\0\0', 'latin1'), 'the content is BigTIFF: convert it to PNG'],
  ['JPEG in CMYK', jpegFrame(8, 4), 'JPEG in CMYK is not read: convert it to PNG'],
  ['JPEG of 12 bits', jpegFrame(12, 1), 'JPEG of 12 bits is not read: convert it to PNG'],
  ['JPEG-LS', Uint8Array.of(0xff, 0xd8, 0xff, 0xf7, 0, 2), 'JPEG-LS is not read: convert it to PNG'],
  ['colours of TIFF in planes', smallTiff({ 277: 3, 284: 2 }), 'in planes is not read: convert it to PNG'],
  ['CMYK in TIFF', smallTiff({ 262: 5 }), 'interpretation 5 is not read: convert it to PNG'],
  ['DICOM', Buffer.from(`${'\0'.repeat(128)}DICM`), 'the content is DICOM: radweave import dicom reads it'],
  ['NRRD', Buffer.from('NRRD0004'), 'convert it to NIfTI, which radweave import nifti reads'],
  ['an archive', Buffer.from('Rar!\x1a\x07\x01\0'), 'the content is RAR: unpack it first'],
  ['pixels beyond the file', smallTiff({ 279: 4000 }), 'beyond the file'],
  ['a cut JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 200]), 'beyond the file'],
  ['a cut BMP', Buffer.from('BM12345'), 'cut off'],
])('refused: %s', (_, bytes, message) => {
  const read = (): unknown => openPages(bytes).map((page) => page.decode());
  expect(read).toThrow(FileFault);
  expect(read).toThrow(message);
});

test('channels that differ by 3 are gray, by 4 a colour', () => {
  const page = (...samples: number[]) => {
    const about = {
      width: 1,
      height: 1,
      channels: 3,
      isInverted: false,
      orientation: 1,
      format: '',
    } as const;
    return grayOf({ ...about, decode: () => Uint8Array.from(samples) });
  };
  expect(page(100, 103, 101)).toEqual({ values: Float32Array.of(102), isColour: false });
  expect(page(100, 104, 101).isColour).toBe(true);
});
