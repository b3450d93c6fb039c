import { ImageFault, pngSamples } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import { foreignFault } from '../files/foreign.ts';
import { requireSize } from '../files/growth.ts';
import type { Samples } from '../pixels/samples.ts';
import { bmpPages } from './bmp.ts';
import { tiffHead } from './ifd.ts';
import { jpegPages } from './jpeg.ts';
import { fromPalette, type Page, transparentFault, withoutAlpha } from './page.ts';
import { tiffPages } from './tiff.ts';

/** Reads what a picture file says of its images, by its first bytes, never by its name. @throws FileFault when it is none. */
export function openPages(bytes: Uint8Array): Page[] {
  const begins = (...wanted: number[]): boolean => wanted.every((one, i) => bytes[i] === one);
  if (begins(0x89, 0x50, 0x4e, 0x47)) return pngPages(bytes);
  if (begins(0xff, 0xd8, 0xff)) return jpegPages(bytes);
  if (begins(0x42, 0x4d)) return bmpPages(bytes);
  if (tiffHead(bytes) !== null) return tiffPages(bytes);
  throw foreignFault(bytes, 'it is not an image in PNG, JPEG, BMP or TIFF format');
}

function pngPages(bytes: Uint8Array): Page[] {
  try {
    const { width, height, bits, channels, palette, transparency, orientation, read } = pngSamples(bytes);
    if (transparency !== undefined) throw transparentFault();
    requireSize(width, height);
    const isColour = palette.length > 0 || channels >= 3;
    const decode = (): Samples => {
      const samples = faultsOf(read);
      if (palette.length > 0) return fromPalette(samples, palette);
      return channels % 2 === 0 ? withoutAlpha(samples, channels) : samples;
    };
    const about = { width, height, isInverted: false, orientation, format: `PNG, ${Math.max(8, bits)} bits` };
    return [{ ...about, channels: isColour ? 3 : 1, decode }];
  } catch (error) {
    throw asFault(error);
  }
}

function faultsOf<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asFault(error);
  }
}

function asFault(error: unknown): unknown {
  return error instanceof ImageFault ? new FileFault(error.text) : error;
}
