import { exifOrientation } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import { convertFault } from '../files/foreign.ts';
import { requireGrowth, requireSize } from '../files/growth.ts';
import { decompress } from '../pixels/codecs.ts';
import type { PixelFormat } from '../pixels/format.ts';
import { isFrameHeader, segments } from '../pixels/stated-size.ts';
import type { Page } from './page.ts';

/** Reads the one image of a JPEG file: gray, or in colour as JFIF and Adobe write it. @throws FileFault for any other. */
export function jpegPages(bytes: Uint8Array): Page[] {
  let frame: Uint8Array | undefined;
  let orientation = 1;
  let isRgb = false;
  for (const segment of segments(bytes)) {
    const { marker, data } = segment;
    if (isFrameHeader(segment)) frame ??= data;
    if (marker === 0xf7) throw convertFault('JPEG-LS is not read');
    const text = Buffer.from(data.subarray(0, 6)).toString('latin1');
    if (marker === 0xe1 && text === 'Exif\0\0') orientation = exifOrientation(data.subarray(6));
    if (marker === 0xee && text.startsWith('Adobe')) isRgb = data[11] === 0;
  }
  if (frame === undefined) throw new FileFault('the JPEG has no image');
  const [bits = 0, , , , , samples = 0] = frame;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
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
