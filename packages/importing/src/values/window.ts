import { UsageError } from '@radweave/artifacts/errors';
import { offer } from '@radweave/remarks';
import type { Values } from './rescale.ts';

/** Values that become black and white. */
export interface GrayRange {
  readonly low: number;
  readonly high: number;
}

/** Usual windows of CT in HU: centre and width. */
export const WINDOWS: Readonly<Record<string, readonly [centre: number, width: number]>> = {
  soft: [40, 400],
  abdomen: [60, 400],
  liver: [60, 160],
  mediastinum: [50, 350],
  lung: [-600, 1500],
  bone: [400, 1800],
  brain: [40, 80],
  angio: [300, 600],
};

/** A window by its name, or as `CENTRE/WIDTH`. @throws UsageError for anything else. */
export function windowOf(text: string): GrayRange {
  const [, centre, width] = /^(-?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const found = centre === undefined ? WINDOWS[text] : ([Number(centre), Number(width)] as const);
  if (text.includes(',')) {
    throw new UsageError('E_IMPORT', 'several windows as the channels of one image are not supported', {
      where: `--window ${text}`,
      hint: 'Import once for each window, into separate modalities',
    });
  }
  if (found === undefined || found[1] <= 0) {
    throw new UsageError('E_IMPORT', 'there is no such window', {
      where: `--window ${text}`,
      hint: offer(text, Object.keys(WINDOWS), 'give CENTRE/WIDTH in HU, such as 40/400'),
    });
  }
  return { low: found[0] - found[1] / 2, high: found[0] + found[1] / 2 };
}

/** Values as gray, black at `low` and below; MONOCHROME1 the other way round. Padding (NaN) is black in both. */
export function grayOf(
  values: Values,
  { low, high }: GrayRange,
  { bits, inverted }: { bits: 8 | 16; inverted: boolean },
): Uint8Array | Uint16Array {
  const most = bits === 8 ? 255 : 65_535;
  const pixels = bits === 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  const extent = high - low || 1;
  for (let i = 0; i < values.length; i++) {
    const gray = (((values[i] as number) - low) * most) / extent;
    // What is no number compares as false.
    if (gray >= most) pixels[i] = inverted ? 0 : most;
    else if (gray > 0) pixels[i] = inverted ? most - Math.floor(gray + 0.5) : Math.floor(gray + 0.5);
    else if (gray <= 0 && inverted) pixels[i] = most;
  }
  return pixels;
}
