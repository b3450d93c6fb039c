import { corrupt, ImageFault } from '../fault.ts';
import { brightness, NEAR_GRAY, nearGray } from '../near-gray.ts';
import type { SliceColour } from '../slice.ts';
import type { PngParts } from './chunks.ts';
import { type ColourType, GRAY, GRAY_ALPHA, PALETTE, RGB, RGBA } from './header.ts';

type Samples = Uint8Array | Uint16Array;

const COLOUR: Readonly<Record<ColourType, SliceColour>> = {
  [GRAY]: 'gray',
  [RGB]: 'rgb-equal',
  [PALETTE]: 'palette-gray',
  [GRAY_ALPHA]: 'gray-alpha',
  [RGBA]: 'rgba-equal',
};

/**
 * Reduces PNG samples to one gray channel without changing a value: equal channels become one, opaque alpha
 * is dropped, 1, 2 and 4 bits are spread to 0…255 as PIL's `convert('L')` does. Channels that differ as little as JPEG makes them
 * become their brightness.
 *
 * @throws ImageFault `COLOUR` for real colour, `ALPHA` for pixels that are not opaque.
 */
export function toGray(
  samples: Samples,
  parts: PngParts,
  where: string,
): { pixels: Samples; colour: SliceColour } {
  const { header } = parts;
  const colour = COLOUR[header.colourType];
  if (header.colourType === PALETTE) return { pixels: fromPalette(samples, parts, where), colour };
  const { pixels, isNear } =
    header.channels === 1 ? { pixels: samples, isNear: false } : fromChannels(samples, parts, where);
  if (parts.transparency !== undefined && (header.colourType === GRAY || header.colourType === RGB)) {
    refuseTransparentColour(pixels, parts.transparency, header, where);
  }
  spread(pixels, header.bits);
  return { pixels, colour: isNear ? 'near-gray' : colour };
}

/** Samples of fewer than 8 bits to 0…255. */
export function spread(pixels: Samples, bits: number): void {
  if (bits >= 8) return;
  const factor = 255 / ((1 << bits) - 1);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] as number) * factor;
}

function fromChannels(
  samples: Samples,
  { header }: PngParts,
  where: string,
): { pixels: Samples; isNear: boolean } {
  const { channels, width, bits } = header;
  const hasColour = channels >= 3;
  const hasAlpha = channels % 2 === 0;
  const opaque = bits === 16 ? 65535 : 255;
  const pixels =
    samples instanceof Uint16Array
      ? new Uint16Array(samples.length / channels)
      : new Uint8Array(samples.length / channels);
  let isNear = false;
  for (let i = 0; i < pixels.length; i++) {
    const at = i * channels;
    const value = samples[at] as number;
    pixels[i] = value;
    if (hasColour && (samples[at + 1] !== value || samples[at + 2] !== value)) {
      const [green, blue] = [samples[at + 1] as number, samples[at + 2] as number];
      const apart = Math.max(value, green, blue) - Math.min(value, green, blue);
      if (apart > nearGray(bits)) throw realColour([value, green, blue].join(', '), i, width, where);
      pixels[i] = brightness(value, green, blue);
      isNear = true;
    }
    if (hasAlpha && samples[at + channels - 1] !== opaque) throw transparent(i, width, where);
  }
  return { pixels, isNear };
}

function fromPalette(indices: Samples, parts: PngParts, where: string): Uint8Array {
  const palette = parts.palette ?? new Uint8Array();
  const { width } = parts.header;
  const pixels = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    const red = palette[3 * index];
    const green = palette[3 * index + 1];
    const blue = palette[3 * index + 2];
    if (red === undefined || green === undefined || blue === undefined) {
      throw corrupt(
        `the pixel at ${pixelAt(i, width)} names palette entry ${index}, which the file lacks`,
        where,
      );
    }
    if (red !== green || red !== blue) throw realColour(`${red}, ${green}, ${blue}`, i, width, where);
    if ((parts.transparency?.[index] ?? 255) !== 255) throw transparent(i, width, where);
    pixels[i] = red;
  }
  return pixels;
}

/** tRNS of a gray or RGB image names one colour that counts as fully transparent. */
function refuseTransparentColour(
  pixels: Samples,
  transparency: Uint8Array,
  { channels, width }: PngParts['header'],
  where: string,
): void {
  const view = new DataView(transparency.buffer, transparency.byteOffset, transparency.byteLength);
  if (transparency.length !== 2 * channels) {
    throw corrupt(
      `the length of the transparency chunk is ${transparency.length} instead of ${2 * channels}`,
      where,
    );
  }
  const key = view.getUint16(0);
  if (channels === 3 && (view.getUint16(2) !== key || view.getUint16(4) !== key)) return;
  const at = pixels.indexOf(key);
  if (at >= 0) throw transparent(at, width, where);
}

const pixelAt = (i: number, width: number): string => `column ${i % width}, row ${Math.floor(i / width)}`;

const realColour = (values: string, i: number, width: number, where: string): ImageFault =>
  new ImageFault(
    'COLOUR',
    `the image has real colour: the pixel at ${pixelAt(i, width)} has red, green, blue ${values}`,
    where,
    `Give grayscale slices (channels may differ by ${NEAR_GRAY} of 255); overlays, colour maps and screenshots are not measurements`,
  );

const transparent = (i: number, width: number, where: string): ImageFault =>
  new ImageFault(
    'ALPHA',
    `the pixel at ${pixelAt(i, width)} is not opaque`,
    where,
    'Save the image without transparency',
  );
