import { corrupt, ImageFault } from '../fault.ts';

/** PNG colour types (PNG specification, third edition, table 8). */
export const GRAY = 0;
export const RGB = 2;
export const PALETTE = 3;
export const GRAY_ALPHA = 4;
export const RGBA = 6;

export type ColourType = typeof GRAY | typeof RGB | typeof PALETTE | typeof GRAY_ALPHA | typeof RGBA;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  readonly colourType: ColourType;
  readonly channels: number;
  readonly interlaced: boolean;
}

/** More pixels than this are taken for a decompression bomb; the largest mammograms have 24 million. */
export const MAX_PIXELS: number = 1 << 26;

const ALLOWED: Readonly<Record<ColourType, { readonly channels: number; readonly bits: readonly number[] }>> =
  {
    [GRAY]: { channels: 1, bits: [1, 2, 4, 8, 16] },
    [RGB]: { channels: 3, bits: [8, 16] },
    [PALETTE]: { channels: 1, bits: [1, 2, 4, 8] },
    [GRAY_ALPHA]: { channels: 2, bits: [8, 16] },
    [RGBA]: { channels: 4, bits: [8, 16] },
  };

const isColourType = (value: number): value is ColourType => value in ALLOWED;

/** Reads and checks the 13 bytes of an IHDR chunk. Throws {@link ImageFault} `CORRUPT` or `TOO_LARGE`. */
export function parseHeader(data: Uint8Array, where: string): PngHeader {
  if (data.length !== 13)
    throw corrupt(`the length of the PNG header is ${data.length} instead of 13`, where);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const bits = view.getUint8(8);
  const colourType = view.getUint8(9);
  if (width === 0 || height === 0) throw corrupt(`the PNG header says ${width}×${height} pixels`, where);
  if (!isColourType(colourType) || !ALLOWED[colourType].bits.includes(bits)) {
    throw corrupt(
      `the PNG header has colour type ${colourType} with ${bits} bits, which PNG does not know`,
      where,
    );
  }
  if (view.getUint8(10) !== 0 || view.getUint8(11) !== 0 || view.getUint8(12) > 1) {
    throw corrupt('the PNG header names an unknown compression, filter or interlace method', where);
  }
  if (width * height > MAX_PIXELS) {
    throw new ImageFault(
      'TOO_LARGE',
      `the image has ${width}×${height} pixels; at most ${MAX_PIXELS} are read`,
      where,
      'Crop or shrink it, or check that it is not damaged',
    );
  }
  const { channels } = ALLOWED[colourType];
  return { width, height, bits, colourType, channels, interlaced: view.getUint8(12) === 1 };
}
