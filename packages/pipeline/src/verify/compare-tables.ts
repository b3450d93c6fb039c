import { type Columns, readHeader, readTable, text } from '@radweave/artifacts';
import type { Findings } from './findings.ts';
import { compareCells } from './numbers.ts';

/** Turns a cell into what is to be compared: paths of the same image differ from machine to machine. */
export type Normalise = (column: string, cell: string) => string;

type Row = Record<string, string>;
interface Table {
  header: string[];
  rows: Row[];
}

/** Columns that say what a row is about. The first set that tells all rows apart is used. */
const NAMES = [
  'patient_id',
  'model',
  'first',
  'second',
  'split',
  'hospital',
  'positive_label',
  'aggregation',
];
const KEYS = [['image_path'], ['patient_id'], NAMES];

/**
 * Compares two CSV files cell by cell; rows are matched by what they are about, else by their place. Cells that an older
 * version left empty are not compared.
 *
 * @returns how many numbers differ by rounding alone.
 * @throws DataError as `readTable`.
 */
export function compareTables(
  findings: Findings,
  file: string,
  savedPath: string,
  nowPath: string,
  {
    normalise = (_, cell) => cell,
    isOlder = false,
    otherwise,
  }: { normalise?: Normalise; isOlder?: boolean; otherwise?: RegExp | undefined } = {},
): number {
  const saved = load(savedPath, normalise);
  const now = load(nowPath, normalise);
  if (saved.header.join() !== now.header.join()) {
    findings.differ(file, 'line 1', '', saved.header.join(), now.header.join());
    return 0;
  }
  const key = KEYS.map((names) => names.filter((name) => saved.header.includes(name))).find(
    (names) => names.length > 0 && isUnique(saved.rows, names) && isUnique(now.rows, names),
  );
  const nameOf = (row: Row, index: number): string =>
    key === undefined ? String(index) : JSON.stringify(key.map((name) => row[name]));
  const others = new Map(now.rows.map((row, index) => [nameOf(row, index), row]));
  let rounding = 0;
  saved.rows.forEach((row, index) => {
    const place = `line ${index + 2}${labelOf(row, key)}`;
    const other = others.get(nameOf(row, index));
    others.delete(nameOf(row, index));
    if (other === undefined) {
      findings.differ(file, place, '', 'the row is there', 'no such row');
      return;
    }
    for (const column of saved.header) {
      const [before, after] = [row[column] ?? '', other[column] ?? ''];
      // Notes are words about the numbers, which every version may choose again.
      const isSkipped =
        column === 'note' ||
        otherwise?.test(column) === true ||
        key?.includes(column) === true ||
        (isOlder && before === '' && after !== '');
      const likeness = isSkipped ? 'same' : compareCells(before, after);
      if (likeness === 'rounding') rounding++;
      if (likeness === 'different') findings.differ(file, place, column, before, after);
    }
  });
  for (const row of others.values()) {
    findings.differ(
      file,
      `no line${labelOf(row, key ?? saved.header.slice(0, 2))}`,
      '',
      'no such row',
      'the row is there',
    );
  }
  const order = ({ rows }: Table): string => rows.map(nameOf).join('\n');
  if (others.size === 0 && saved.rows.length === now.rows.length && order(saved) !== order(now)) {
    findings.remarks.push(`${file}: the same rows in another order`);
  }
  return rounding;
}

function load(path: string, normalise: Normalise): Table {
  const header = readHeader(path);
  const columns = Object.fromEntries(header.map((name) => [name, text])) as Columns<Row>;
  const rows = readTable(path, columns).map((row) =>
    Object.fromEntries(header.map((name) => [newName(name), normalise(newName(name), row[name] ?? '')])),
  );
  return { header: header.map(newName), rows };
}

/** Older files of ours call the patient so. */
function newName(column: string): string {
  return column === 'patient' ? 'patient_id' : column;
}

function isUnique(rows: readonly Row[], key: readonly string[]): boolean {
  return new Set(rows.map((row) => JSON.stringify(key.map((name) => row[name])))).size === rows.length;
}

function labelOf(row: Row, key: readonly string[] | undefined): string {
  return key === undefined ? '' : ` (${key.map((name) => `${name} ${row[name] ?? ''}`).join(', ')})`;
}
