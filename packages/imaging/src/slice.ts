/** A gray image: row-major, one sample per pixel, 0…255 or 0…65535. */
export type GrayImage =
  | {
      readonly width: number;
      readonly height: number;
      readonly bitDepth: 8;
      readonly pixels: Uint8Array;
    }
  | {
      readonly width: number;
      readonly height: number;
      readonly bitDepth: 16;
      readonly pixels: Uint16Array;
    };

/** How the file stored the gray values. Everything but `gray` is accepted and worth counting. */
export type SliceColour = 'gray' | 'gray-alpha' | 'rgb-equal' | 'rgba-equal' | 'palette-gray' | 'near-gray';

/** A decoded slice. `min` and `max` are over all pixels. */
export type DecodedSlice = GrayImage & {
  readonly colour: SliceColour;
  readonly min: number;
  readonly max: number;
};

/** 1 in a blank image, 2 in one that looks like a mask, 0 where there are more. */
export type FewGrays = 0 | 1 | 2;

/** What a file's header promises, without decoding its pixels. */
export interface SliceShape {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 8 | 16;
}

/** Wraps samples as a gray image; the array's type gives the bit depth. */
export function grayImage(width: number, height: number, pixels: Uint8Array | Uint16Array): GrayImage {
  return pixels instanceof Uint16Array
    ? { width, height, bitDepth: 16, pixels }
    : { width, height, bitDepth: 8, pixels };
}

/** True for a 16-bit slice whose maximum is under a quarter of the range: 12-bit data stored unscaled, say. */
export function isLowRange(slice: { readonly bitDepth: 8 | 16; readonly max: number }): boolean {
  return slice.bitDepth === 16 && slice.max < 0.25 * 65535;
}
