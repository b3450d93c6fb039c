/** Red, green and blue, 0–255. */
export type Rgb = readonly [number, number, number];

/** Every 15th of the 256 colours of matplotlib's inferno (N. Smith and S. van der Walt, CC0). */
const ANCHORS =
  '000004 0a0722 1e0c45 380962 510e6c 69166e 801f6c 982766 b0315b c63d4d d94d3d e9612b f47918 fa9407 fcb014 f8cd37 f2ea69 fcffa4'
    .split(' ')
    .map((hex): Rgb => {
      const value = Number.parseInt(hex, 16);
      return [value >> 16, (value >> 8) & 255, value & 255];
    });

/**
 * Colour of a strength from 0 to 1: inferno, from black over red to pale yellow. Its lightness rises evenly, so it reads
 * the same in grayscale print and with every colour vision deficiency. Linear between anchors: within 6 of 255 of
 * matplotlib's table.
 */
export function heatColour(strength: number): Rgb {
  const position = Math.min(1, Math.max(0, strength)) * (ANCHORS.length - 1);
  const below = Math.min(Math.floor(position), ANCHORS.length - 2);
  const low = ANCHORS[below] as Rgb;
  const high = ANCHORS[below + 1] as Rgb;
  const between = (i: 0 | 1 | 2) => Math.round(low[i] + (position - below) * (high[i] - low[i]));
  return [between(0), between(1), between(2)];
}
