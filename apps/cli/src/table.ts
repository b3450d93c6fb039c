import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { terminalWidth } from './terminal-width.ts';

/** Between two columns. */
const GAP = '  ';
/** No column is made narrower than this to make room, even within words. */
const NARROWEST = 8;

/**
 * A plain table for the terminal: columns as wide as their longest cell, numbers to the right. Where a row would be wider than
 * `width`, the widest columns are narrowed and their cells wrapped between words.
 *
 * @param width columns of text to stay within; by default the terminal's, and 80 where there is none.
 * @param cuts whether words are cut where that is not enough, as on a terminal: what goes to a file or a pipe is searched and
 *   copied, so there a long name makes its row longer.
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  width: number = terminalWidth(process.stdout),
  cuts: boolean = process.stdout.isTTY === true,
): string {
  const text = rows.map((row) => row.map((cell) => (cell === null ? 'n/a' : String(cell))));
  const isNumber = header.map((_, i) => rows.every((row) => typeof row[i] === 'number' || row[i] === null));
  const natural = header.map((name, i) =>
    Math.max(stringWidth(name), ...text.map((row) => stringWidth(row[i] ?? ''))),
  );
  const longestWord = header.map((name, i) =>
    Math.max(
      ...[name, ...text.map((row) => row[i] ?? '')].flatMap((cell) =>
        cell.split(' ').map((word) => stringWidth(word)),
      ),
    ),
  );
  const room = width - GAP.length * (header.length - 1);
  const between = narrowed(natural, longestWord, room);
  const least = header.map(() => NARROWEST);
  const widths = cuts ? narrowed(between, least, room) : between;
  const lines = (cells: readonly string[]): string[] => wrapped(cells, widths, isNumber);
  return [lines(header), lines(widths.map((cell) => '-'.repeat(cell))), ...text.map(lines)].flat().join('\n');
}

/** Takes from the widest columns, down to each one's least width, until all fit. */
function narrowed(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess--) {
    const spare = widths.map((width, i) => (width > (least[i] ?? 0) ? width : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if (spare[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** One row as lines of text, as many as its tallest cell needs. */
function wrapped(
  cells: readonly string[],
  widths: readonly number[],
  isNumber: readonly boolean[],
): string[] {
  const parts = cells.map((cell, i) => wrapAnsi(cell, widths[i] ?? 0, { hard: true }).split('\n'));
  const height = Math.max(...parts.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    parts
      .map((lines, i) => {
        const cell = lines[line] ?? '';
        const blank = ' '.repeat(Math.max(0, (widths[i] ?? 0) - stringWidth(cell)));
        return isNumber[i] === true ? blank + cell : cell + blank;
      })
      .join(GAP)
      .trimEnd(),
  );
}
