/** A row of a sheet and its number, from 1. */
export interface SheetRow {
  readonly cells: readonly string[];
  readonly line: number;
  /** By a filter, or by hand. */
  readonly isHidden: boolean;
}

/** Where a cell is: its column from 0, its line from 1. */
export interface Place {
  readonly column: number;
  readonly line: number;
}

/** `C7` is column 2 of line 7; undefined for what names no cell. */
export function placeOf(reference: string): Place | undefined {
  const [, letters, line] = /^\$?([A-Z]{1,3})\$?(\d+)$/.exec(reference) ?? [];
  if (letters === undefined) return undefined;
  const column = [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1;
  return { column, line: Number(line) };
}

/** Column 2 is `C`. */
export function columnName(column: number): string {
  const above = Math.floor(column / 26);
  return `${above === 0 ? '' : columnName(above - 1)}${String.fromCharCode(65 + (column % 26))}`;
}
