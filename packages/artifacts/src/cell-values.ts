/** What two spellings of one thing have in common: letter case, full width and spaces do not count. */
export function spellingKey(text: string): string {
  return text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** A label as spreadsheets and pandas leave it: `1.0`, where a cell of the column is empty, `1,0` and `１` are `1`. */
export function plainLabel(cell: string): string {
  return /^(\d+)(?:[.,]0+)?$/.exec(cell.normalize('NFKC'))?.[1] ?? cell;
}

/** How people write that a value is missing. Words that may be a finding, such as `none`, are not among them. */
const MISSING =
  /^(?:[-–—./?…]+|n\.?\/?a\.?|nan|null|unk(?:nown)?|missing|not (?:available|known|done|recorded|reported)|unbekannt|fehlt|k\. ?a\.|未知|不详|不明|缺失|未查|未测|无记录|未记录|#(?:n\/a|null!|div\/0!|value!|ref!|name\?|num!))$/;

/** Beside such results, also in degrees as `2+`, a minus is one too. */
const POSITIVE = /^\(?\d?\++\)?$/;

/** Which cells of a column say that there is no value. */
export function missingIn(column: readonly string[]): (cell: string) => boolean {
  const hasResults = column.some((cell) => POSITIVE.test(spellingKey(cell)));
  return (cell) => {
    const key = spellingKey(cell);
    return key === '' || (MISSING.test(key) && !(hasResults && key === '-'));
  };
}
