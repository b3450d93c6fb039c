import { FileFault } from '../files/fault.ts';
import type { Samples } from '../pixels/samples.ts';

/** One image of a picture file: most files have one, TIFF files may have many. */
export interface Page {
  readonly width: number;
  readonly height: number;
  /** Gray, or red, green and blue beside each other. */
  readonly channels: 1 | 3;
  /** Whether 0 is white. */
  readonly isInverted: boolean;
  /** How it is to be turned, as EXIF and TIFF number it: 1 not at all. */
  readonly orientation: number;
  /** What is written of it in the table: format and type of the samples. */
  readonly format: string;
  /** @throws FileFault when the pixels are damaged. */
  readonly decode: () => Samples;
}

/** What a transparent pixel shows, nobody can say. */
export function transparentFault(): FileFault {
  return new FileFault('the image is transparent in places: save it again without transparency');
}

/** Leaves out the last of several channels, where it says that every pixel is opaque. */
export function withoutAlpha<T extends Uint8Array | Uint16Array>(samples: T, channels: number): T {
  const opaque = samples instanceof Uint16Array ? 65_535 : 255;
  const kept = channels - 1;
  const out = samples.slice(0, (samples.length / channels) * kept) as T;
  for (let from = 0, to = 0; from < samples.length; from += channels) {
    if (samples[from + kept] !== opaque) throw transparentFault();
    for (let i = 0; i < kept; i++) out[to++] = samples[from + i] as number;
  }
  return out;
}

/** Colours of the indices of a palette. @throws FileFault for an index that it has not. */
export function fromPalette(
  indices: ArrayLike<number>,
  palette: readonly (readonly [number, number, number])[],
): Uint8Array {
  const out = new Uint8Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const colour = palette[indices[i] as number];
    if (colour === undefined) throw new FileFault(`the palette has no entry ${indices[i]}`);
    out.set(colour, 3 * i);
  }
  return out;
}
