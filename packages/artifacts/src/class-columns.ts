import { eachRow, readHeader, writeTable } from './csv.ts';
import { type Column, type Columns, numberOrEmpty } from './csv-columns.ts';
import { DataError } from './errors.ts';

/** A table whose rows end in one number per class, `{prefix}0,{prefix}1,…`. */
export interface ClassTable<Row> {
  /** The columns before. */
  readonly who: Columns<Row>;
  readonly prefix: 'probability_' | 'logit_';
  /** What makes the file again. */
  readonly hint: string;
}

/** A row and its numbers, one per class. */
export type WithClasses<Row> = Row & { readonly values: readonly number[] };

const present: Column<number> = {
  expected: 'a number',
  parse: (cell) => numberOrEmpty.parse(cell) ?? undefined,
  format: (value) => numberOrEmpty.format(value),
};

/** Writes the rows. */
export function writeClassTable<Row extends object>(
  path: string,
  table: ClassTable<Row>,
  rows: Iterable<WithClasses<Row>>,
  classes: number,
): void {
  writeTable<Record<string, unknown>>(path, columnsOf(table, classes), namedRows(rows, table.prefix));
}

/** One row after the other: all at once they take as much memory again as a large cohort's own. */
function* namedRows<Row extends object>(
  rows: Iterable<WithClasses<Row>>,
  prefix: string,
): Generator<Record<string, unknown>> {
  for (const { values, ...row } of rows) {
    yield { ...row, ...Object.fromEntries(values.map((value, label) => [`${prefix}${label}`, value])) };
  }
}

/** Reads the rows. @throws DataError as {@link eachClassRow}. */
export function readClassTable<Row extends object>(path: string, table: ClassTable<Row>): WithClasses<Row>[] {
  const rows: WithClasses<Row>[] = [];
  eachClassRow(path, table, (row) => rows.push(row));
  return rows;
}

/** Calls `use` for each row. @throws DataError as `readTable`, and `E_CSV_COLUMNS` for fewer than two classes. */
export function eachClassRow<Row extends object>(
  path: string,
  table: ClassTable<Row>,
  use: (row: WithClasses<Row>) => void,
): void {
  const { who, prefix, hint } = table;
  const classes = readHeader(path).filter((name) => name.startsWith(prefix)).length;
  if (classes < 2) {
    throw new DataError('E_CSV_COLUMNS', `${classes} columns ${prefix}… are there, at least two are needed`, {
      where: path,
      hint,
    });
  }
  const names = Object.keys(who);
  eachRow(path, columnsOf(table, classes), (row) => {
    const values = Array.from({ length: classes }, (_, label) => Number(row[`${prefix}${label}`]));
    const own: Record<string, unknown> = { values };
    for (const name of names) own[name] = row[name];
    use(own as WithClasses<Row>);
  });
}

function columnsOf<Row>({ who, prefix }: ClassTable<Row>, classes: number): Columns<Record<string, unknown>> {
  const middle = Array.from({ length: classes }, (_, label) => [`${prefix}${label}`, present]);
  return { ...who, ...Object.fromEntries(middle) } as Columns<Record<string, unknown>>;
}
