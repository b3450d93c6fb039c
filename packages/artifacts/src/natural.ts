/** Compares digit strings of any length by value, without rounding. */
function compareDigits(a: string, b: string): number {
  const x = a.replace(/^0+(?=\d)/, '');
  const y = b.replace(/^0+(?=\d)/, '');
  if (x.length !== y.length) return x.length - y.length;
  return compareText(x, y);
}

/** By UTF-16 code units: the same order on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Natural order for slice names: runs of ASCII digits compare as numbers (`slice_2` before `slice_10`), all else by
 * code units. A total order, independent of locale and platform: names that differ only in leading zeros are ordered
 * by their text.
 */
export function naturalCompare(a: string, b: string): number {
  const x = a.match(/\d+|\D+/g) ?? [];
  const y = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const left = x[i] ?? '';
    const right = y[i] ?? '';
    const numeric = /^\d/.test(left) && /^\d/.test(right);
    const order = numeric ? compareDigits(left, right) : compareText(left, right);
    if (order !== 0) return order;
  }
  return x.length - y.length || compareText(a, b);
}
