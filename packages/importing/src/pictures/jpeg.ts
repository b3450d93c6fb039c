import { exifOrientation } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import { convertFault } from '../files/foreign.ts';
import { requireGrowth, requireSize } from '../files/growth.ts';
import { decompress } from '../pixels/codecs.ts';
import type { PixelFormat } from '../pixels/format.ts';
import type { Page } from './page.ts';

const wordAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);

/** Segments before the pixels: marker and content (ISO 10918-1, annex B). @throws FileFault where they lead beyond the file. */
function* segments(bytes: Uint8Array): Generator<{ marker: number; data: Uint8Array }> {
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw new FileFault('a segment of the JPEG is damaged');
    const marker = bytes[at + 1] as number;
    // A marker may be filled up with bytes of ones.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = wordAt(bytes, at + 2);
    if (length < 2 || at + 2 + length > bytes.length)
      throw new FileFault('a segment of the JPEG leads beyond the file');
    yield { marker, data: bytes.subarray(at + 4, at + 2 + length) };
    if (marker === 0xda) return;
    at += 2 + length;
  }
}

/** Reads the one image of a JPEG file: gray, or in colour as JFIF and Adobe write it. @throws FileFault for any other. */
export function jpegPages(bytes: Uint8Array): Page[] {
  let frame: Uint8Array | undefined;
  let orientation = 1;
  let isRgb = false;
  for (const { marker, data } of segments(bytes)) {
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) frame ??= data;
    if (marker === 0xf7) throw convertFault('JPEG-LS is not read');
    const text = Buffer.from(data.subarray(0, 6)).toString('latin1');
    if (marker === 0xe1 && text === 'Exif\0\0') orientation = exifOrientation(data.subarray(6));
    if (marker === 0xee && text.startsWith('Adobe')) isRgb = data[11] === 0;
  }
  if (frame === undefined || frame.length < 6) throw new FileFault('the JPEG has no image');
  const [bits = 0, , , , , samples = 0] = frame;
  const [height, width] = [wordAt(frame, 1), wordAt(frame, 3)];
  requireSize(width, height);
  if (bits !== 8 || (samples !== 1 && samples !== 3)) {
    const what = bits === 8 ? (samples === 4 ? 'in CMYK' : `of ${samples} channels`) : `of ${bits} bits`;
    throw convertFault(`JPEG ${what} is not read`);
  }
  const format: PixelFormat = {
    ...{ rows: height, columns: width, frames: 1, samples, signed: false, planar: false },
    ...{ bitsAllocated: 8, bitsStored: 8, highBit: 7 },
    photometric: samples === 1 ? 'MONOCHROME2' : isRgb ? 'RGB' : 'YBR_FULL',
  };
  const decode = (): Uint8Array => {
    requireGrowth(bytes.length, width * height * samples);
    const image = decompress(bytes, 'jpeg', format);
    if (image.bytes.length === width * height * samples && !image.planar) return image.bytes;
    throw new FileFault('the image is not of the size that the JPEG declares');
  };
  return [
    { width, height, channels: samples, isInverted: false, orientation, format: 'JPEG, 8 bits', decode },
  ];
}
