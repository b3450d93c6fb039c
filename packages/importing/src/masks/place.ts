import { FileFault } from '../files/fault.ts';
import { dot, type Frame, length, minus, type Vector } from '../series/frames.ts';
import type { Slice, Stack } from '../series/stack.ts';

/** A slice of a mask: 1 in the lesion. */
export interface MaskFrame {
  readonly frame: Frame;
  readonly rows: number;
  readonly columns: number;
  readonly read: () => Uint8Array;
}

/** Corners may lie this share of a pixel apart: more than rounding leaves, less than anybody sees. */
export const CORNER = 0.1;

/**
 * Lays a mask over the slices of its image, which it must fit: three corners of each slice lie at one place to a tenth of a pixel.
 *
 * @returns for each slice of the stack the pixels of the lesion; null where there are none.
 * @throws FileFault where a slice of the mask lies on none of the image, or is of another size.
 */
export function placed(stack: Stack, frames: readonly MaskFrame[]): (Uint8Array | null)[] {
  const found: (Uint8Array | null)[] = stack.slices.map(() => null);
  for (const one of frames) {
    const { index, apart } = nearest(stack, one.frame);
    const slice = stack.slices[index] as Slice;
    const { rows, columns } = slice.image;
    if (one.rows !== rows || one.columns !== columns) {
      throw new FileFault(
        `the mask has slices of ${one.columns}×${one.rows} pixels, the image of ${columns}×${rows}`,
      );
    }
    const fault = misfit(slice.frame, one, apart);
    if (fault !== null) throw new FileFault(`the mask does not fit the image: ${fault}`);
    const pixels = one.read();
    const before = found[index] ?? null;
    if (before === null) found[index] = pixels;
    else for (let i = 0; i < before.length; i++) before[i] = (before[i] as number) | (pixels[i] as number);
  }
  return found;
}

function nearest({ slices }: Stack, { position }: Frame): { index: number; apart: number } {
  if (position === null) throw new FileFault('the mask does not say where its slices lie');
  let best = { index: -1, apart: Infinity };
  for (const [index, { frame }] of slices.entries()) {
    if (frame.position === null)
      throw new FileFault('the image does not say where its slices lie, so no mask can fit it');
    const apart = length(minus(frame.position, position));
    if (apart < best.apart) best = { index, apart };
  }
  return best;
}

function misfit(image: Frame, mask: MaskFrame, apart: number): string | null {
  const { spacing } = image;
  const own = mask.frame;
  if (spacing === null || image.directions === null) return 'the image has no orientation or spacing';
  if (own.spacing === null || own.directions === null) return 'the mask has no orientation or spacing';
  const [, turned] = own.directions;
  const alike = Math.min(dot(own.directions[0], image.directions[0]), dot(turned, image.directions[1]));
  if (alike < 0.99) return 'its rows or columns run in another direction';
  const most = CORNER * Math.min(...spacing);
  if (apart > most)
    return `a slice of it begins ${round(apart)} mm beside the nearest slice of the image (at most ${round(most)} mm)`;
  const away = Math.max(
    ...[0, 1].map((way) => length(minus(corner(image, mask, way), corner(own, mask, way)))),
  );
  return away > most
    ? `spacing or orientation differ: its corners lie ${round(away)} mm apart (at most ${round(most)} mm)`
    : null;
}

/** Centre of the last pixel of the first row, or of the first column. */
function corner(frame: Frame, { rows, columns }: MaskFrame, way: number): Vector {
  const [x = 0, y = 0, z = 0] = frame.position ?? [];
  const [down = 0, across = 0] = frame.spacing ?? [];
  const steps = way === 0 ? (columns - 1) * across : (rows - 1) * down;
  const [a = 0, b = 0, c = 0] = frame.directions?.[way] ?? [];
  return [x + steps * a, y + steps * b, z + steps * c];
}

function round(mm: number): number {
  return Number(mm.toPrecision(3));
}
