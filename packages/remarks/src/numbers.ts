/** `0.94`. */
export function two(value: number): string {
  return value.toFixed(2);
}

/** Two decimals, or as many as show on which side of 0.5 the limit of an AUC lies: `0.505`. */
export function besideHalf(limit: number): string {
  const digits = [2, 3, 4, 5, 6].find((count) => limit === 0.5 || Number(limit.toFixed(count)) !== 0.5);
  return digits === undefined ? String(limit) : limit.toFixed(digits);
}

/** A p value as journals want it: three digits, `<0.001` below. */
export function pValue(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

/** A share in percent, with at most so many digits: `95 %`, `97.5 %`. */
export function percent(share: number, digits: number): string {
  return `${Number((100 * share).toFixed(digits))} %`;
}
