import { writeTable } from './csv.ts';
import { type Column, type Columns, columnNames, count, text } from './csv-columns.ts';
import { haveNames } from './splits/label-names.ts';

/** Columns that hold a label as a number; a curve's `predicted` is a probability. */
const NUMBERS: readonly string[] = ['label', 'predicted'];

/** `positive_label` may also be `macro`. */
function isLabel(name: string, { expected }: Pick<Column<unknown>, 'expected'>): boolean {
  return name === 'positive_label' || (NUMBERS.includes(name) && expected === count.expected);
}

/**
 * Writes a table atomically. Where labels have names of their own, `label_name`, `predicted_name` and `positive_label_name` stand
 * behind the numbers.
 *
 * @param labels what each label is called.
 */
export function writeLabelledTable<Row extends object>(
  path: string,
  columns: Columns<Row>,
  rows: Iterable<Row>,
  labels: readonly string[],
): void {
  if (!haveNames(labels)) {
    writeTable(path, columns, rows);
    return;
  }
  const names = columnNames(columns);
  const own = names.filter((name) => isLabel(name, columns[name]));
  const all = names.flatMap((name): [string, Column<never>][] => [
    [name, columns[name] as Column<never>],
    ...(own.includes(name) ? [[`${name}_name`, text] as [string, Column<never>]] : []),
  ]);
  writeTable<Record<string, unknown>>(path, Object.fromEntries(all), withNames(rows, own, labels));
}

function* withNames<Row extends object>(
  rows: Iterable<Row>,
  own: readonly (keyof Row & string)[],
  labels: readonly string[],
): Generator<Record<string, unknown>> {
  for (const row of rows) {
    const names = own.map((name) => [`${name}_name`, labels[Number(row[name])] ?? String(row[name])]);
    yield { ...row, ...Object.fromEntries(names) };
  }
}

/** A writer of tables with these columns, as {@link writeLabelledTable}. */
export function labelledWriter<Row, Line extends object>(
  columns: Columns<Line>,
  lineOf: (row: Row) => Line,
): (path: string, rows: readonly Row[], labels: readonly string[]) => void {
  return (path, rows, labels) => writeLabelledTable(path, columns, rows.map(lineOf), labels);
}
