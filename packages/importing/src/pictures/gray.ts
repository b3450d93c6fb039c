import type { Samples } from '../pixels/samples.ts';
import type { Page } from './page.ts';

/** Channels that differ by no more than this, of 255, are gray with the noise of JPEG: its conversion to colours and back rounds. */
export const NEAR_GRAY = 3;

/** Brightness of each pixel, turned as the file asks for; `isColour` where it is more than noise. */
export function grayOf(page: Page): { values: Float32Array; isColour: boolean } {
  const samples = page.decode();
  const { values, isColour } =
    page.channels === 1 ? { values: Float32Array.from(samples), isColour: false } : brightness(samples);
  return { values: turned(values, page), isColour };
}

/** ITU-R BT.601: what JPEG keeps as the first of its channels. */
function brightness(samples: Samples): { values: Float32Array; isColour: boolean } {
  const values = new Float32Array(samples.length / 3);
  const most =
    samples instanceof Uint8Array ? NEAR_GRAY : samples instanceof Uint16Array ? 257 * NEAR_GRAY : 0;
  let isColour = false;
  for (let i = 0; i < values.length; i++) {
    const [red, green, blue] = [samples[3 * i], samples[3 * i + 1], samples[3 * i + 2]] as [
      number,
      number,
      number,
    ];
    isColour ||= Math.max(red, green, blue) - Math.min(red, green, blue) > most;
    values[i] = red === green && red === blue ? red : Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  }
  return { values, isColour };
}

/** Width and height of a page as it is seen. */
export function seenSize({ width, height, orientation }: Page): { columns: number; rows: number } {
  return orientation >= 5 ? { columns: height, rows: width } : { columns: width, rows: height };
}

/** TIFF 6.0, tag 274: where the first row and the first column of the file are seen. */
function turned(values: Float32Array, page: Page): Float32Array {
  const { orientation, width } = page;
  if (orientation === 1) return values;
  const { columns, rows } = seenSize(page);
  const out = new Float32Array(values.length);
  const [fromRight, fromBottom] = [[2, 3, 6, 7].includes(orientation), [3, 4, 7, 8].includes(orientation)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = [fromRight ? columns - 1 - column : column, fromBottom ? rows - 1 - row : row];
      const at = orientation >= 5 ? x * width + y : y * width + x;
      out[row * columns + column] = values[at] as number;
    }
  }
  return out;
}
