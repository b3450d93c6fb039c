import { join } from 'node:path';
import { needShared } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { openWhole } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { type Codec, decompress } from './codecs.ts';
import { type PixelFormat, pixelFormat } from './format.ts';

const FILES: Readonly<Record<string, Codec>> = {
  'JPGLosslessP14SV1_1s_1f_8b.dcm': 'jpeg',
  'emri_small_jpeg_ls_lossless.dcm': 'jpeg-ls',
  'emri_small_jpeg_2k_lossless.dcm': 'jpeg-2000',
};

/** The first frame of a real file, and what the file says of it. */
function frameOf(folder: string, name: string): { bytes: Uint8Array; format: PixelFormat } {
  const { dataset } = openWhole(join(folder, name));
  const bytes = dataset.elements.get(TAG.pixels)?.fragments?.[1];
  if (bytes === undefined) throw new Error(`${name} has no compressed frame`);
  return { bytes, format: pixelFormat(dataset) };
}

/** The same image, written over from where some bytes stand. */
function stating(bytes: Uint8Array, before: string, write: (view: DataView) => void): Uint8Array {
  const changed = Buffer.from(bytes);
  const at = changed.indexOf(Buffer.from(before, 'hex'));
  if (at < 0) throw new Error(`no ${before} in the frame`);
  write(new DataView(changed.buffer, changed.byteOffset + at));
  return changed;
}

test.for(Object.entries(FILES))(
  '%s of another size than its file says is refused',
  ([name, codec], context) => {
    const { bytes, format } = frameOf(needShared(context, 'data/dicom/transfer-syntaxes'), name);
    const { rows, columns } = format;
    expect(decompress(bytes, codec, format).bytes.length).toBeGreaterThanOrEqual(rows * columns);
    const others: Partial<PixelFormat>[] = [
      { columns: columns / 2 },
      { rows: rows / 2 },
      { rows: 2 * rows },
      { columns: columns / 2, rows: 2 * rows },
      { samples: 3 },
    ];
    for (const other of others) {
      expect(() => decompress(bytes, codec, { ...format, ...other })).toThrow(
        /the compressed image is .* expected/,
      );
    }
  },
);

test('a size that only the compressed image states makes no room', (context) => {
  const folder = needShared(context, 'data/dicom/transfer-syntaxes');
  const huge = 20_000;
  const wavelet = frameOf(folder, 'emri_small_jpeg_2k_lossless.dcm');
  const states = stating(wavelet.bytes, 'ff4fff51', (view) => {
    view.setUint32(8, huge);
    view.setUint32(12, huge);
  });
  expect(() => decompress(states, 'jpeg-2000', wavelet.format)).toThrow('is 20000×20000×1, 64×64×1 expected');
  const lossless = frameOf(folder, 'emri_small_jpeg_ls_lossless.dcm');
  const framed = stating(lossless.bytes, 'fff7', (view) => {
    view.setUint16(5, huge);
    view.setUint16(7, huge);
  });
  expect(() => decompress(framed, 'jpeg-ls', lossless.format)).toThrow('is 20000×20000×1, 64×64×1 expected');
  // Behind the start of the image: kind 4, sizes of four bytes.
  const anew = Buffer.concat([
    lossless.bytes.subarray(0, 2),
    Buffer.from('fff8000c0404000186a1000186a1', 'hex'),
    lossless.bytes.subarray(2),
  ]);
  expect(() => decompress(anew, 'jpeg-ls', lossless.format)).toThrow('more than 65,535');
});

/** A box of a JPEG 2000 file: length, type, content. */
function box(type: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

test('the size is that of the codestream, whatever the boxes before it hold', (context) => {
  const folder = needShared(context, 'data/dicom/transfer-syntaxes');
  const { bytes, format } = frameOf(folder, 'emri_small_jpeg_2k_lossless.dcm');
  const huge = stating(bytes, 'ff4fff51', (view) => {
    view.setUint32(8, 20_000);
    view.setUint32(12, 20_000);
  });
  const signature = box('jP  ', Buffer.from('0d0a870a', 'hex'));
  const boxed = Buffer.concat([signature, box('xml ', bytes.subarray(0, 100)), box('jp2c', huge)]);
  expect(() => decompress(boxed, 'jpeg-2000', format)).toThrow('is 20000×20000×1, 64×64×1 expected');
  const noise = Buffer.concat([Buffer.from('0000000000', 'hex'), bytes]);
  expect(() => decompress(noise, 'jpeg-2000', format)).toThrow('the image has no codestream');
});
