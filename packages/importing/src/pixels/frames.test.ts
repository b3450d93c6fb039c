import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesBelow, needShared, peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { openWhole } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { decompress } from './codecs.ts';
import { pixelFormat } from './format.ts';
import { decodeFrame } from './frames.ts';

/** What pydicom makes of a file: a hash of its samples as 64-bit numbers, or why it makes nothing of it. */
const PYDICOM = `
import hashlib, json, sys, warnings
import numpy as np, pydicom
from pydicom.pixels import pixel_array
warnings.filterwarnings('ignore')
out = {}
for path in json.load(sys.stdin):
    try:
        ds = pydicom.dcmread(path, force=open(path, 'rb').read(2) in (b'\\x08\\x00', b'\\x02\\x00'))
        if 'TransferSyntaxUID' not in ds.file_meta:
            ds.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
        a = pixel_array(ds, raw=True) if 'PixelData' in ds else ds.pixel_array
        out[path] = hashlib.sha256(np.ascontiguousarray(a).astype('<f8').tobytes()).hexdigest()
    except Exception as error:
        out[path] = f'{type(error).__name__}: {error}'
json.dump(out, sys.stdout)
`;

/** The same hash, of what is decoded here. */
function hashOf(path: string): string {
  const file = openWhole(path);
  const format = pixelFormat(file.dataset);
  const hash = createHash('sha256');
  for (let i = 0; i < format.frames; i++) {
    hash.update(Buffer.from(Float64Array.from(decodeFrame(file, format, i).pixels).buffer));
  }
  return hash.digest('hex');
}

function outcome(path: string): string {
  try {
    return hashOf(path);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** Files that are refused, and the reason. */
const REFUSED: Readonly<Record<string, string>> = {
  LICENSE: 'FileFault: it is not a DICOM file',
  DICOMDIR: 'FileFault: (0028,0010) Rows is missing',
  DIRFILE: 'FileFault: (0028,0010) Rows is missing',
  'RG1_J2KI.dcm':
    'FileFault: (7FE0,0010) needs more bytes (19384) than are left (18386): the file is cut off or damaged',
  'emri_small_jpeg_2k_lossless_too_short.dcm':
    'FileFault: the pieces of the pixels have no end: the file is cut off',
};

/** Files that pydicom cannot decode, and one that it can and that holds the same pixels. */
const SAME: Readonly<Record<string, string>> = {
  'liver_deflate.dcm': 'liver.dcm',
  'liver_rle.dcm': 'liver.dcm',
  'liver_nonbyte_aligned_deflate.dcm': 'liver_nonbyte_aligned.dcm',
  'liver_nonbyte_aligned_rle.dcm': 'liver_nonbyte_aligned.dcm',
};

peerTest(
  'every file of real DICOM is equal to pydicom, bit for bit, or refused with the reason',
  ['pydicom'],
  (context) => {
    const files = filesBelow(needShared(context, 'data/dicom')).filter(
      (path) => basename(path) !== 'README.md',
    );
    const theirs = pythonJson<Record<string, string>>(PYDICOM, {
      input: JSON.stringify(files),
      interpreter: peersPython(),
    });
    const different: Record<string, [ours: string, theirs: string | undefined]> = {};
    for (const path of files) {
      const name = basename(path);
      const ours = outcome(path);
      const same = SAME[name];
      const expected = REFUSED[name] ?? theirs[same === undefined ? path : join(path, '..', same)];
      if (ours !== expected) different[name] = [ours, expected];
    }
    expect(files.length).toBeGreaterThan(200);
    expect(different).toEqual({});
  },
);

/** Lossy files, those of pydicom's own tests among them, written as plain samples in RGB. */
const PYDICOM_LOSSY = `
import json, os, sys
import pydicom
from pydicom.data import get_testdata_file
from pydicom.pixels import pixel_array
paths = [get_testdata_file(name, download=False) or name for name in json.load(sys.stdin)]
for i, path in enumerate(paths):
    pixel_array(pydicom.dcmread(path), raw=False).astype('<i4').tofile(f'{sys.argv[1]}/{i}')
json.dump(paths, sys.stdout)
`;

/** By which amount samples may differ. With chroma stored at half the width, how it is widened again is the decoder's choice. */
const TOLERANCE: Readonly<Record<string, number>> = {
  'JPGExtended.dcm': 1,
  'SC_jpeg_no_color_transform.dcm': 1,
  'SC_rgb_jpeg.dcm': 1,
  'SC_rgb_jpeg_dcmtk.dcm': 1,
  'SC_rgb_dcmtk_+eb+cr.dcm': 1,
  'SC_rgb_dcmtk_+eb+cy+n1.dcm': 2,
  'SC_rgb_small_odd_jpeg.dcm': 0,
  'examples_ybr_color.dcm': 3,
};

peerTest('lossy files differ from pydicom by rounding only', ['pydicom'], () => {
  const folder = tempDir();
  const names = Object.keys(TOLERANCE);
  const input = JSON.stringify(names);
  const paths = pythonJson<string[]>(PYDICOM_LOSSY, { args: [folder], input, interpreter: peersPython() });
  const largest = names.map((_, i) => {
    const bytes = readFileSync(join(folder, String(i)));
    const theirs = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const file = openWhole(paths[i] as string);
    const format = pixelFormat(file.dataset);
    const ours = Array.from(
      { length: format.frames },
      (_f, frame) => decodeFrame(file, format, frame).pixels,
    );
    expect(ours.reduce((sum, { length }) => sum + length, 0)).toBe(theirs.length);
    let at = 0;
    let most = 0;
    for (const frame of ours)
      for (const one of frame) most = Math.max(most, Math.abs(one - (theirs[at++] ?? 0)));
    return most;
  });
  names.forEach((name, i) => {
    expect(largest[i], name).toBeLessThanOrEqual(TOLERANCE[name] ?? 0);
  });
});

/** JPEG 2000 of 16 bits, as encoders write it from words, of images that say 12: edges go beyond the values that were compressed. */
const BEYOND = `
import json, sys
import numpy as np, pydicom
from openjpeg.utils import encode_array
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
ds = pydicom.dcmread(sys.argv[1])
ds.file_meta.TransferSyntaxUID = pydicom.uid.JPEG2000
ds.Rows = ds.Columns = 64
ds.NumberOfFrames = 1
ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PhotometricInterpretation = 16, 12, 11, 'MONOCHROME2'
ranges = {}
for signed, kind, low, high in ((0, 'u2', 0, 4095), (1, 'i2', -2048, 2047)):
    pixels = np.random.default_rng(1).choice([low, high], (64, 64)).astype(kind)
    stream = encode_array(pixels, bits_stored=16, photometric_interpretation=2, use_mct=False, compression_ratios=[3])
    ds.PixelRepresentation = signed
    ds.PixelData = encapsulate([bytes(stream)])
    ds['PixelData'].VR = 'OB'
    path = f'{sys.argv[2]}/{kind}.dcm'
    ds.save_as(path)
    theirs = pixel_array(ds, raw=True).astype('<i4')
    ranges[path] = [int(theirs.min()), int(theirs.max()), theirs.ravel().tolist()]
json.dump(ranges, sys.stdout)
`;

peerTest(
  'values of a lossy stream that lie beyond the bits stored are kept, as by pydicom',
  ['pydicom'],
  (context) => {
    const one = needShared(context, 'data/dicom/transfer-syntaxes/emri_small_jpeg_2k_lossless.dcm');
    const args = [one, tempDir()];
    const theirs = pythonJson<Record<string, [number, number, number[]]>>(BEYOND, {
      args,
      interpreter: peersPython(),
    });
    const found = Object.entries(theirs);
    expect(found.map(([, [low, high]]) => low < -2048 || high > 4095)).toEqual([true, true]);
    for (const [path, [, , pixels]] of found) {
      const file = openWhole(path);
      expect([...decodeFrame(file, pixelFormat(file.dataset), 0).pixels], path).toEqual(pixels);
    }
  },
);

test('a decoder that a damaged frame made fail decodes the next frame', (context) => {
  const data = needShared(context, 'data/dicom/transfer-syntaxes');
  const file = openWhole(join(data, 'emri_small_jpeg_ls_lossless.dcm'));
  const format = pixelFormat(file.dataset);
  const before = decodeFrame(file, format, 0).pixels;
  const whole = file.dataset.elements.get(TAG.pixels)?.fragments?.[1] as Uint8Array;
  // The headers are there, and the size is right; the pixels are not.
  const cut = Buffer.concat([whole.subarray(0, whole.length / 4), Buffer.from('ffd9', 'hex')]);
  expect(() => decompress(cut, 'jpeg-ls', format)).toThrow('jpeg-ls');
  expect(decodeFrame(file, format, 0).pixels).toEqual(before);
  for (const codec of ['jpeg', 'jpeg-ls', 'jpeg-2000', 'htj2k'] as const) {
    expect(
      () => decompress(Buffer.from('no picture at all\xff\xd9', 'latin1'), codec, format),
      codec,
    ).toThrow(codec);
    expect(decodeFrame(file, format, 0).pixels).toEqual(before);
  }
});
