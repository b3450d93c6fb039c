import { eachRow, readHeader, writeTable } from './csv.ts';
import { type Column, type Columns, numberOrEmpty } from './csv-columns.ts';
import { DataError } from './errors.ts';

/** What the numbers of a row are called, and the columns in which they stand, `{prefix}0,{prefix}1,…`. */
const PREFIXES = { probabilities: 'probability_', logits: 'logit_' } as const;

type Field = keyof typeof PREFIXES;

export type PerClass<F extends Field> = { readonly [Name in F]: readonly number[] };

/** How the tables of one kind are read and written. */
export interface ClassTableFile<Row> {
  /** @throws DataError as {@link each}. */
  read(path: string): Row[];
  /**
   * Calls `use` for each row: a large cohort's need not all be in memory.
   *
   * @throws DataError as `readTable`, and `E_CSV_COLUMNS` for fewer than two classes.
   */
  each(path: string, use: (row: Row) => void): void;
  /** Atomically. */
  write(path: string, rows: Iterable<Row>, classes: number): void;
}

const present: Column<number> = {
  expected: 'a number',
  parse: (cell) => numberOrEmpty.parse(cell) ?? undefined,
  format: (value) => numberOrEmpty.format(value),
};

/**
 * The reader and the writer of the tables whose rows end in one number per class.
 *
 * @param who the columns before.
 * @param hint what makes the file again.
 */
export function classTableFile<Who extends object, F extends Field>(
  who: Columns<Who>,
  field: F,
  hint: string,
): ClassTableFile<Who & PerClass<F>> {
  type Row = Who & PerClass<F>;
  const prefix = PREFIXES[field];
  const names = Object.keys(who);
  const columnsOf = (classes: number): Columns<Record<string, unknown>> => {
    const middle = Array.from({ length: classes }, (_, label) => [`${prefix}${label}`, present]);
    return { ...who, ...Object.fromEntries(middle) } as Columns<Record<string, unknown>>;
  };
  const each = (path: string, use: (row: Row) => void): void => {
    const classes = readHeader(path).filter((name) => name.startsWith(prefix)).length;
    if (classes < 2) {
      throw new DataError(
        'E_CSV_COLUMNS',
        `of the columns ${prefix}… at least two are needed, found: ${classes}`,
        {
          where: path,
          hint,
        },
      );
    }
    eachRow(path, columnsOf(classes), (row) => {
      const own = Object.fromEntries(names.map((name) => [name, row[name]]));
      const values = Array.from({ length: classes }, (_, label) => Number(row[`${prefix}${label}`]));
      use({ ...own, [field]: values } as Row);
    });
  };
  /** One row after the other: all at once they take as much memory again as a large cohort's own. */
  function* named(rows: Iterable<Row>): Generator<Record<string, unknown>> {
    for (const { [field]: values, ...row } of rows) {
      yield { ...row, ...Object.fromEntries(values.map((value, label) => [`${prefix}${label}`, value])) };
    }
  }
  return {
    read: (path) => {
      const rows: Row[] = [];
      each(path, (row) => rows.push(row));
      return rows;
    },
    each,
    write: (path, rows, classes) => writeTable(path, columnsOf(classes), named(rows)),
  };
}
