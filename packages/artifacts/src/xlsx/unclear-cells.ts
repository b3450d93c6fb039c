import { counted } from '@radweave/remarks';
import { DataError } from '../errors.ts';
import { columnName, placeOf, type SheetRow } from './places.ts';
import { attribute, elements } from './xml.ts';

/** A sheet, by the name that people know. */
interface Sheet {
  readonly name: string;
  readonly path: string;
}

/** How many cells or ranges an error shows. */
const SHOWN = 5;

/**
 * Refuses formulas whose values nobody has stored, as programs leave them that write workbooks without computing: they would be read
 * as empty cells, or as 0.
 *
 * @throws DataError `E_XLSX`.
 */
export function requireComputed(formulas: readonly string[], { name, path }: Sheet): void {
  if (formulas.length === 0) return;
  throw new DataError(
    'E_XLSX',
    `${counted(formulas.length, 'cell')} of the sheet '${name}' ${formulas.length === 1 ? 'has a formula' : 'have formulas'} and no computed value: ${shown(formulas)}`,
    {
      where: path,
      hint: 'Open the workbook in Excel or LibreOffice and save it, which stores the values, or paste them as values',
    },
  );
}

/**
 * Refuses merged cells in columns that have a name: only the first of them has the value that people see in all.
 *
 * @param xml The part of the sheet.
 * @throws DataError `E_XLSX`.
 */
export function requireUnmerged(xml: string, rows: readonly SheetRow[], { name, path }: Sheet): void {
  const [header] = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  if (header === undefined) return;
  const lines = new Map(rows.map(({ cells, line }) => [line, cells]));
  const ranges = [...elements(xml, 'mergeCell')].flatMap(({ tag }) => attribute(tag, 'ref') ?? []);
  const hiding = ranges.filter((range) => {
    const [first, last] = range.split(':').map(placeOf);
    if (first === undefined || last === undefined) return false;
    const isSeen = (lines.get(first.line)?.[first.column] ?? '').trim() !== '';
    const named = header.cells.slice(first.column, last.column + 1);
    return isSeen && last.line >= header.line && named.some((cell) => cell.trim() !== '');
  });
  if (hiding.length === 0) return;
  const columns = new Set(hiding.flatMap((range) => placeOf(range.split(':')[0] ?? '')?.column ?? []));
  const names = [...columns].map((at) => header.cells[at]?.trim() || columnName(at));
  throw new DataError(
    'E_XLSX',
    `the sheet '${name}' has merged cells, of which only the first has a value: ${shown(hiding)} (${shown(names)})`,
    {
      where: path,
      hint: 'Unmerge these cells and write the value into each of them; the first line must hold the names of the columns',
    },
  );
}

function shown(all: readonly string[]): string {
  const rest = all.length - SHOWN;
  return `${all.slice(0, SHOWN).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}
