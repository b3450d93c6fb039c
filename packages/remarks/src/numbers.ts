/** `0.94`. */
export function two(value: number): string {
  return value.toFixed(2);
}

/** More digits of a number than this nobody needs to see. */
const MOST = 6;

/** Whether the limits of an interval are one number as far as it can be printed: that is no interval. */
export function isOneNumber(lower: number, upper: number): boolean {
  return Math.abs(upper - lower) < 10 ** -MOST;
}

/** So many digits, or as many more as two different numbers need to look different. */
export function digitsApart(lower: number, upper: number, digits: number): number {
  if (isOneNumber(lower, upper)) return digits;
  const isAlike = Number(lower.toFixed(digits)) === Number(upper.toFixed(digits));
  return isAlike ? digitsApart(lower, upper, digits + 1) : digits;
}

/** `0.81 (0.72–0.89)`, as its parts; with as many digits as show on which side of 0.5 the limit of an AUC lies: `0.505`. */
export function areaParts(auc: number, lower: number, upper: number): { value: string; interval: string } {
  const digits = digitsApart(lower, upper, 2);
  const limit = (one: number): string => one.toFixed(one === 0.5 ? digits : digitsApart(one, 0.5, digits));
  return { value: auc.toFixed(digits), interval: `${limit(lower)}–${limit(upper)}` };
}

/** A p value as journals want it: three digits, `<0.001` below. */
export function pValue(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

/** A share in percent, with at most so many digits: `95 %`, `97.5 %`. */
export function percent(share: number, digits: number): string {
  return `${Number((100 * share).toFixed(digits))} %`;
}
