import { parse } from 'csv-parse/sync';
import { writeFileAtomic } from './atomic.ts';
import { type Columns, columnNames } from './csv-columns.ts';
import { DataError } from './errors.ts';
import { IssueCollector } from './issues.ts';
import { readText } from './text.ts';

/** One record and the line of the file it ends on (the header is line 1). */
interface Line {
  readonly cells: readonly string[];
  readonly line: number;
}

interface Info {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/** @param most records to read, the header included; the rest of the file is not looked at. */
function readLines(path: string, most?: number): Line[] {
  const text = readText(path);
  try {
    const records = parse(text, {
      bom: true,
      info: true,
      ...(most === undefined ? {} : { to: most }),
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown;
    return (records as Info[]).map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError('E_CSV_SYNTAX', `the file is not valid CSV: ${reason}`, {
      where: path,
      mend: 'Fields with commas or quotes must be in double quotes, and quotes inside them doubled',
      cause: error,
    });
  }
}

/** The header of a table, for tables whose columns depend on the file. */
export function readHeader(path: string): string[] {
  return [...(readLines(path, 1)[0]?.cells ?? [])];
}

/**
 * Reads a table whose header must be exactly the names of `columns`, in that order. UTF-8 with or without BOM, LF or
 * CRLF; blank lines are ignored.
 *
 * @returns one object per row, keyed by column name.
 * @throws DataError `E_FILE_MISSING`, `E_ENCODING`, `E_CSV_SYNTAX`, `E_CSV_COLUMNS` (header), or one error that lists
 *   every wrong row: `E_CSV_ROW` (number of fields) and `E_CSV_CELL` (a cell that is not of its column's type).
 */
export function readTable<Row extends object>(path: string, columns: Columns<Row>): Row[] {
  const [header, ...body] = readLines(path);
  const names = columnNames(columns);
  const found = header?.cells ?? [];
  if (found.length !== names.length || names.some((name, i) => name !== found[i])) {
    throw new DataError(
      'E_CSV_COLUMNS',
      `the columns must be ${names.join(',')}, found ${found.join(',') || 'none'}`,
      {
        where: path,
        mend: 'Rename or reorder the columns in the first line',
      },
    );
  }
  const issues = new IssueCollector();
  const rows = body.map(({ cells, line }) => {
    const place = `${path}, line ${line}`;
    if (cells.length !== names.length) {
      issues.error('E_CSV_ROW', `expected ${names.length} fields, found ${cells.length}`, place);
      return {} as Row;
    }
    const row: Partial<Row> = {};
    names.forEach((name, i) => {
      const cell = cells[i] ?? '';
      const value = columns[name].parse(cell);
      if (value === undefined) {
        issues.error('E_CSV_CELL', `${name} is '${cell}', expected ${columns[name].expected}`, place);
      } else row[name] = value;
    });
    return row as Row;
  });
  issues.throwIfErrors('the table cannot be read');
  return rows;
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Length of the pieces in which a table is written, in characters: one line at a time costs a call to the system each. */
const PIECE = 1 << 16;

/** The text of a table in pieces of whole lines. */
function* tablePieces<Row extends object>(columns: Columns<Row>, rows: Iterable<Row>): Generator<string> {
  const names = columnNames(columns);
  let piece = `${names.map(quote).join(',')}\n`;
  for (const row of rows) {
    if (piece.length >= PIECE) {
      yield piece;
      piece = '';
    }
    piece += `${names.map((name) => quote(columns[name].format(row[name]))).join(',')}\n`;
  }
  yield piece;
}

/** The text of a table: UTF-8, LF, a header line, RFC 4180 quoting. */
export function formatTable<Row extends object>(columns: Columns<Row>, rows: Iterable<Row>): string {
  return [...tablePieces(columns, rows)].join('');
}

/** Writes a table atomically. A large one is never in memory as a whole. */
export function writeTable<Row extends object>(
  path: string,
  columns: Columns<Row>,
  rows: Iterable<Row>,
): void {
  writeFileAtomic(path, tablePieces(columns, rows));
}
