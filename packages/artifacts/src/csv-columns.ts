import { asWritten, type Remark } from '@radweave/remarks';

/** How the cells of one column are read and written. */
export interface Column<T> {
  /** For error messages: `a whole number`. */
  readonly expected: string;
  /** The value of a cell, or undefined when the text is not of this type. */
  parse(cell: string): T | undefined;
  format(value: T): string;
  /** Its name in files, where that is not the field's. Tables that have the field's name, as older ones do, are read too. */
  readonly header?: string;
}

/** The columns of a table, in file order, one for each field of a row. */
export type Columns<Row> = { readonly [Name in keyof Row]-?: Column<Row[Name]> };

export type RowOf<C extends Columns<object>> = {
  readonly [Name in keyof C]: C[Name] extends Column<infer T> ? T : never;
};

export function columnNames<Row extends object>(columns: Columns<Row>): (keyof Row & string)[] {
  return Object.keys(columns) as (keyof Row & string)[];
}

export function headerOf<Row extends object>(columns: Columns<Row>, name: keyof Row & string): string {
  return columns[name].header ?? name;
}

/** What a spreadsheet would compute rather than show, behind any number of apostrophes. A number alone is none. */
const FORMULA = /^'*(?:[=@＝＠\t\r]|[-+－＋](?!\d*\.?\d*$))/;

/** A formula gets an apostrophe in front, so that a spreadsheet shows it as the text that it is. */
function guard(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value;
}

/** The value that {@link guard} wrote. */
function unguard(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** Any text, kept as it is: an ID such as `007` stays text. Formulas are guarded in the file and come back as they were. */
export const text: Column<string> = { expected: 'text', parse: unguard, format: guard };

/** A remark, of which a table has the English text. */
export const remarkText: Column<Remark> = {
  expected: 'text',
  parse: (cell) => asWritten(unguard(cell)),
  format: (value) => guard(value.text),
};

export const remarkTextOrEmpty: Column<Remark | null> = {
  expected: 'text',
  parse: (cell) => (cell === '' ? null : asWritten(unguard(cell))),
  format: (value) => guard(value?.text ?? ''),
};

export const required: Column<string> = {
  expected: 'text that is not empty',
  parse: (cell) => (cell === '' ? undefined : unguard(cell)),
  format: guard,
};

/** Whom a row is about: `patient_id`, as in the Python tool; older files of ours may have `patient`. */
export const patientId: Column<string> = { ...required, header: 'patient_id' };

/** A whole number ≥ 0, such as a label, a count or an epoch. pandas writes `1.0` where a column has gaps. */
export const count: Column<number> = {
  expected: 'a whole number ≥ 0',
  parse: (cell) => (/^\d{1,15}(?:\.0+)?$/.test(cell) ? Number(cell) : undefined),
  format: (value) => String(value),
};

/** A number as tables have it. */
export const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** A finite number, or null for an empty cell (a value that is undefined for these patients). */
export const numberOrEmpty: Column<number | null> = {
  expected: 'a number or an empty cell',
  parse: (cell) => {
    if (cell === '') return null;
    return DECIMAL.test(cell) ? Number(cell) : undefined;
  },
  format: (value) => {
    if (value === null) return '';
    if (!Number.isFinite(value))
      throw new RangeError(`${value} cannot be written: an undefined value is null`);
    return String(value);
  },
};

export function oneOf<T extends string>(...words: readonly T[]): Column<T> {
  return {
    expected: words.join(' or '),
    parse: (cell) => words.find((word) => word === cell),
    format: (value) => value,
  };
}
