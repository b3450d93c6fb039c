import { type Columns, columnNames, headerOf } from './csv-columns.ts';
import { DataError } from './errors.ts';

/** A header as people write it: `Image Path` is `image_path`. */
export function plain(header: string): string {
  return header
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/**
 * Where each of the columns is in a header. Its name in files comes first, then the field's, then either in another letter case or with
 * spaces; other headers are passed over.
 *
 * @throws DataError `E_CSV_COLUMNS` when a column is missing, or there twice.
 */
export function findColumns<Row extends object>(
  header: readonly string[],
  columns: Columns<Row>,
  path: string,
): number[] {
  const names = columnNames(columns);
  const hint = 'Rename the columns in the first line; their order, and others beside them, do not matter';
  return names.map((name) => {
    const wanted = headerOf(columns, name);
    const found = placesOf(header, [wanted, name]);
    const [first] = found;
    if (first === undefined) {
      const all = names.map((one) => headerOf(columns, one)).join(',');
      throw new DataError(
        'E_CSV_COLUMNS',
        `the columns must be ${all}, found ${header.join(',') || 'none'}`,
        { where: path, hint },
      );
    }
    if (found.length > 1) {
      throw new DataError('E_CSV_COLUMNS', `the column ${wanted} is there ${found.length} times`, {
        where: path,
        hint,
      });
    }
    return first;
  });
}

export function hasColumn(header: readonly string[], names: readonly string[]): boolean {
  return placesOf(header, names).length > 0;
}

/** Places of the first of the names that is there; names as they are before those in another spelling. */
function placesOf(header: readonly string[], names: readonly string[]): number[] {
  const spelt = [(text: string) => text, plain];
  const tries = spelt.flatMap((spell) =>
    names.map((name) => header.flatMap((one, i) => (spell(one) === spell(name) ? [i] : []))),
  );
  return tries.find((places) => places.length > 0) ?? [];
}
