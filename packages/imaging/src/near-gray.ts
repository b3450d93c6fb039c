/** Channels that differ by no more than this, of 255, are gray with the noise of JPEG: its conversion to colours and back rounds. */
export const NEAR_GRAY = 3;

/** The same for samples of 16 bits. */
export function nearGray(bits: number): number {
  return bits === 16 ? 257 * NEAR_GRAY : NEAR_GRAY;
}

/** ITU-R BT.601, which JPEG keeps as the first of its channels, in PIL's fixed point. */
export function brightness(red: number, green: number, blue: number): number {
  return Math.floor((red * 19_595 + green * 38_470 + blue * 7471 + 32_768) / 65_536);
}
