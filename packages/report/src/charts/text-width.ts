/** Advance widths of DejaVu Sans from space to tilde, in thousandths of the font size. */
const ASCII: readonly number[] = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
  636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
  295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
  500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
  392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

const SPACE = 32;
/** East Asian letters are as wide as they are high; these and all after them are taken as such. */
const FIRST_EAST_ASIAN = 0x2e80;
/** Of other letters and signs. */
const OTHER = 700;
/** How much wider bold letters are. */
const BOLD = 1.12;

/**
 * Width of a text in the font of the figures, without a browser or a font file.
 *
 * @param size of the font, in pixels.
 * @returns pixels.
 */
export function textWidth(text: string, size: number, isBold = false): number {
  let thousandths = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    thousandths += code >= FIRST_EAST_ASIAN ? 1000 : (ASCII[code - SPACE] ?? OTHER);
  }
  return ((isBold ? BOLD : 1) * size * thousandths) / 1000;
}
