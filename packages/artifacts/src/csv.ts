import { CsvError, parse } from 'csv-parse/sync';
import { writeFileAtomic } from './atomic.ts';
import { type Columns, columnNames, headerOf } from './csv-columns.ts';
import { DataError, RESTORE } from './errors.ts';
import { findColumns } from './find-columns.ts';
import { IssueCollector } from './issues.ts';
import { readBytes, tableText } from './text.ts';
import { isWorkbook } from './xlsx/archive.ts';
import { readSheet } from './xlsx/sheet.ts';

/**
 * Calls `use` for one record after the other, the header included: all at once, the records of a large cohort take several
 * times the memory of what is made of them.
 *
 * @param use gets the fields and the line of the file on which the record ends (the header's is 1).
 * @param most records to read; the rest of the file is not looked at.
 */
function eachRecord(
  path: string,
  use: (cells: readonly string[], line: number, isHidden: boolean) => void,
  most?: number,
): void {
  const bytes = readBytes(path);
  if (isWorkbook(bytes, path)) {
    const rows = readSheet(bytes, path).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
    for (const { cells, line, isHidden } of rows.slice(0, most)) use(cells, line, isHidden);
    return;
  }
  const text = quotedFormulas(tableText(bytes, path));
  try {
    parse(text, {
      bom: true,
      ...separatorOf(text),
      skip_records_with_empty_values: true,
      ...(most === undefined ? {} : { to: most }),
      relax_column_count: true,
      skip_empty_lines: true,
      // What is null is not kept.
      on_record: (cells: string[], { lines }) => {
        use(cells, lines, false);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DataError('E_CSV_SYNTAX', `the file is not valid CSV: ${error.message}`, {
      where: path,
      hint: 'Fields with commas or quotes must be in double quotes, and quotes inside them doubled',
      cause: error,
    });
  }
}

const [QUOTE, EQUALS] = Buffer.from('"=');
const BORDERS = Buffer.from(',;\t\r\n');

/**
 * Fields `="007"` without their equals signs, where a quote may not stand; quoted fields stay as they are. Programs write so what a
 * spreadsheet is to take for no number.
 */
function quotedFormulas(bytes: Buffer): Buffer {
  if (!bytes.includes('="')) return bytes;
  const isBorder = (byte: number | undefined): boolean => byte === undefined || BORDERS.includes(byte);
  const kept: Buffer[] = [];
  let from = 0;
  for (let open = bytes.indexOf('"'); open >= 0; ) {
    const end = endOfQuoted(bytes, open);
    if (bytes[open - 1] === EQUALS && isBorder(bytes[open - 2]) && isBorder(bytes[end])) {
      kept.push(bytes.subarray(from, open - 1));
      from = open;
    }
    open = bytes.indexOf('"', end);
  }
  return Buffer.concat([...kept, bytes.subarray(from)]);
}

/** Where a text in quotes that begins here has ended; quotes in it are doubled. */
function endOfQuoted(bytes: Buffer, open: number): number {
  for (let at = open + 1; ; ) {
    const close = bytes.indexOf('"', at);
    if (close < 0) return bytes.length;
    if (bytes[close + 1] !== QUOTE) return close + 1;
    at = close + 2;
  }
}

/** The text of a field that is one formula of a text. */
function textOf(cell: string): string {
  const formula = cell.trim();
  if (formula.length < 3 || !formula.startsWith('="') || !formula.endsWith('"')) return cell;
  const inner = formula.slice(2, -1);
  return inner.replaceAll('""', '').includes('"') ? cell : inner.replaceAll('""', '"');
}

/** A table with so many is another file: it need not be read to its end, as each takes its time. */
const MOST_FAULTS = 10_000;
const UNREADABLE = 'the table cannot be read';

/** How far the first line is looked for. */
const HEADER_BYTES = 1 << 16;

/**
 * What separates the fields: a comma, the semicolon of spreadsheets where the comma is the decimal sign, or a tab; whichever
 * splits the header most often. Excel's own line `sep=;` says it and is no header.
 */
function separatorOf(bytes: Buffer): { delimiter: string; from_line?: number } {
  const start = bytes
    .subarray(0, HEADER_BYTES)
    .toString()
    .replace(/^\ufeff/, '');
  const said = /^"?sep=([,;\t])"?\r?\n/i.exec(start)?.[1];
  if (said !== undefined) return { delimiter: said, from_line: 2 };
  // Quoted names may hold separators and lines.
  const [header = ''] = start
    .trimStart()
    .replace(/"[^"]*"/g, '')
    .split(/[\r\n]/);
  const times = (separator: string): number => header.split(separator).length;
  const [delimiter = ','] = [',', ';', '\t'].sort((a, b) => times(b) - times(a));
  return { delimiter };
}

/** The header of a table, for tables whose columns depend on the file. */
export function readHeader(path: string): readonly string[] {
  return readFirst(path, 1)[0] ?? [];
}

/** The first records of a table, its header among them. */
export function readFirst(path: string, most: number): (readonly string[])[] {
  const records: (readonly string[])[] = [];
  eachRecord(path, (cells) => records.push(cells), most);
  return records;
}

/** Spreadsheets break long names of columns. */
function onOneLine(name: string): string {
  return name.replace(/\s*[\r\n]\s*/g, ' ');
}

/** A row with more or fewer fields than the header. */
export interface RaggedRow {
  readonly line: number;
  readonly expected: number;
  readonly cells: readonly string[];
}

/**
 * A table whose columns nobody knows before: its header, and each row with the line that it ends on, as long as the header. Fields
 * `="007"` are texts.
 *
 * @param ragged gets the rows that are not; without it they are an error.
 */
export function readRecords(
  path: string,
  ragged?: RaggedRow[],
): {
  header: string[];
  rows: { cells: readonly string[]; line: number }[];
  /** Rows of a workbook that a filter or somebody hides. */
  hidden: number;
} {
  const rows: { cells: readonly string[]; line: number }[] = [];
  let hidden = 0;
  const issues = new IssueCollector();
  eachRecord(path, (written, line, isHidden) => {
    const read = written.map(textOf);
    if (isHidden && rows.length > 0) hidden++;
    const width = rows[0]?.cells.length ?? read.length;
    // Empty fields behind the last column, as many programs export them, say nothing.
    const cells = read.slice(width).every((cell) => cell === '') ? read.slice(0, width) : read;
    if (cells.length === width) rows.push({ cells, line });
    else if (ragged !== undefined) ragged.push({ line, expected: width, cells });
    else
      issues.error('E_CSV_ROW', `expected ${width} fields, found ${cells.length}`, `${path}, line ${line}`);
  });
  issues.throwIfErrors(UNREADABLE);
  const [header, ...rest] = rows;
  return { header: (header?.cells ?? []).map(onOneLine), rows: rest, hidden };
}

/**
 * Reads a table that has the headers of `columns`, in any order and letter case; further columns, such as the index that
 * pandas writes, are not read. UTF-8 with or without BOM, UTF-16 or GB18030; commas, semicolons or tabs; LF or CRLF; blank
 * lines are ignored. Of an Excel workbook (.xlsx) the first sheet.
 *
 * @returns one object per row, keyed by column name.
 * @throws DataError `E_FILE_MISSING`, `E_ENCODING`, `E_CSV_SYNTAX`, `E_CSV_COLUMNS` (header), or one error that lists
 *   every wrong row: `E_CSV_ROW` (number of fields) and `E_CSV_CELL` (a cell that is not of its column's type).
 */
export function readTable<Row extends object>(path: string, columns: Columns<Row>): Row[] {
  const rows: Row[] = [];
  eachRow(path, columns, (row) => rows.push(row));
  return rows;
}

/**
 * Calls `use` for each row of a table that need not be in memory as a whole. Right rows of a table with wrong ones may be
 * used before the error is thrown.
 *
 * @throws DataError as {@link readTable}.
 */
export function eachRow<Row extends object>(
  path: string,
  columns: Columns<Row>,
  use: (row: Row) => void,
): void {
  const names = columnNames(columns);
  const issues = new IssueCollector();
  let header: Header | undefined;
  eachRecord(path, (cells, line) => {
    if (header === undefined) header = { fields: cells.length, at: findColumns(cells, columns, path) };
    else {
      const row = parseRow(cells, columns, names, header, `${path}, line ${line}`, issues);
      if (row !== undefined) use(row);
      else if (issues.count >= MOST_FAULTS) issues.throwIfErrors(UNREADABLE, DataError, RESTORE);
    }
  });
  if (header === undefined) findColumns([], columns, path);
  issues.throwIfErrors(UNREADABLE, DataError, RESTORE);
}

/** What the first line says: how many fields a row has, and where each column is among them. */
interface Header {
  readonly fields: number;
  readonly at: readonly number[];
}

/** Undefined for a row that is wrong. */
function parseRow<Row extends object>(
  cells: readonly string[],
  columns: Columns<Row>,
  names: readonly (keyof Row & string)[],
  { fields, at }: Header,
  place: string,
  issues: IssueCollector,
): Row | undefined {
  if (cells.length !== fields) {
    issues.error('E_CSV_ROW', `expected ${fields} fields, found ${cells.length}`, place);
    return undefined;
  }
  const row: Partial<Row> = {};
  let isGood = true;
  for (const [i, name] of names.entries()) {
    const cell = cells[at[i] ?? -1] ?? '';
    const value = columns[name].parse(cell);
    if (value === undefined) {
      const header = headerOf(columns, name);
      issues.error('E_CSV_CELL', `${header} is '${cell}', expected ${columns[name].expected}`, place);
      isGood = false;
    } else row[name] = value;
  }
  return isGood ? (row as Row) : undefined;
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Length of the pieces in which a table is written, in characters: one line at a time costs a call to the system each. */
const PIECE = 1 << 16;

/** The text of a table in pieces of whole lines. */
function* tablePieces<Row extends object>(columns: Columns<Row>, rows: Iterable<Row>): Generator<string> {
  const names = columnNames(columns);
  let piece = `${names.map((name) => quote(headerOf(columns, name))).join(',')}\n`;
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

/** How the tables of one kind are read and written. */
export interface TableFile<Row> {
  /** @throws DataError as {@link readTable}. */
  read(path: string): Row[];
  /** Atomically. */
  write(path: string, rows: Iterable<Row>): void;
}

/** The reader and the writer of the tables with these columns. */
export function tableFile<Row extends object>(columns: Columns<Row>): TableFile<Row> {
  return {
    read: (path) => readTable(path, columns),
    write: (path, rows) => writeTable(path, columns, rows),
  };
}
