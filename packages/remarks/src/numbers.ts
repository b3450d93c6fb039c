/** `0.94`. */
export function two(value: number): string {
  return value.toFixed(2);
}

/** A p value as journals want it: three digits, `<0.001` below. */
export function pValue(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

/** A share in percent, with at most so many digits: `95 %`, `97.5 %`. */
export function percent(share: number, digits: number): string {
  return `${Number((100 * share).toFixed(digits))} %`;
}
