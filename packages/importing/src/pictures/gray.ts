import { brightness, nearGray, turned } from '@radweave/imaging';
import type { Samples } from '../pixels/samples.ts';
import type { Page } from './page.ts';

/** Brightness of each pixel, turned as the file asks for; `isColour` where it is more than noise. */
export function grayOf(page: Page): { values: Float32Array; isColour: boolean } {
  const samples = page.decode();
  const { values, isColour } =
    page.channels === 1 ? { values: Float32Array.from(samples), isColour: false } : brightnessOf(samples);
  return { values: turned(values, page, page.orientation), isColour };
}

function brightnessOf(samples: Samples): { values: Float32Array; isColour: boolean } {
  const values = new Float32Array(samples.length / 3);
  const most =
    samples instanceof Uint8Array ? nearGray(8) : samples instanceof Uint16Array ? nearGray(16) : 0;
  let isColour = false;
  for (let i = 0; i < values.length; i++) {
    const [red, green, blue] = [samples[3 * i], samples[3 * i + 1], samples[3 * i + 2]] as [
      number,
      number,
      number,
    ];
    isColour ||= Math.max(red, green, blue) - Math.min(red, green, blue) > most;
    values[i] = red === green && red === blue ? red : brightness(red, green, blue);
  }
  return { values, isColour };
}
