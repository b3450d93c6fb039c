import type { GrayImage } from '../slice.ts';
import { PRECISION, triangleWeights, type Weights } from './weights.ts';

/** How far the next position and the next line lie. */
interface Steps {
  readonly step: number;
  readonly line: number;
}

/** Resizes number by number, wherever and however large the image is. */
export function resizePlainly(image: GrayImage, width: number, height: number): Uint8Array | Uint16Array {
  const { bitDepth, pixels } = image;
  const narrow = along(pixels, {
    weights: triangleWeights(image.width, width, bitDepth, 1),
    lines: image.height,
    from: { step: 1, line: image.width },
    to: { step: 1, line: width },
  });
  const small = along(narrow, {
    weights: triangleWeights(image.height, height, bitDepth, 1),
    lines: width,
    from: { step: width, line: 1 },
    to: { step: width, line: 1 },
  });
  // An array of whole numbers cuts off what is behind the point.
  const rounded = (value: number): number => value + 0.5;
  return small instanceof Uint8Array ? small : new Uint16Array(small.map(rounded));
}

/** Weighs the positions of every line, rows or columns: to rounded bytes for 8-bit (as PIL does), to floats for 16-bit. */
function along(
  pixels: Uint8Array | Uint16Array | Float32Array,
  pass: { readonly weights: Weights; readonly lines: number; readonly from: Steps; readonly to: Steps },
): Uint8Array | Float32Array {
  const { lines, from: input, to: output } = pass;
  const { from, taps, weights } = pass.weights;
  const isFixed = weights instanceof Int32Array;
  const out = isFixed ? new Uint8Array(from.length * lines) : new Float32Array(from.length * lines);
  for (let i = 0; i < from.length; i++) {
    for (let line = 0; line < lines; line++) {
      let place = line * input.line + (from[i] as number) * input.step;
      let sum = isFixed ? 2 ** (PRECISION - 1) : 0;
      for (let k = 0; k < taps; k++, place += input.step) {
        sum += (pixels[place] as number) * (weights[i * taps + k] as number);
      }
      out[line * output.line + i * output.step] = isFixed ? sum >> PRECISION : sum;
    }
  }
  return out;
}
