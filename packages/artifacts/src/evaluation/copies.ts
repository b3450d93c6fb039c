/**
 * The rows of a table for people: where one hospital has all patients of a set, its own row stands for `all` too.
 *
 * @param whose what a row of `all` and one of a hospital are alike in, such as the model.
 */
export function withoutCopies<Row extends { readonly hospital: string; readonly n: number }>(
  rows: readonly Row[],
  whose: (row: Row) => readonly string[],
): Row[] {
  const place = (row: Row): string => JSON.stringify([row.n, ...whose(row)]);
  const own = new Set(rows.filter(({ hospital }) => hospital !== 'all').map(place));
  return rows.filter((row) => row.hospital !== 'all' || !own.has(place(row)));
}
