import { digitsApart, isOneNumber } from '@radweave/remarks';

/** What stands in the terminal for a number that could not be had. */
export const NOT_AVAILABLE = 'n/a';

/** `0.812`, `−0.082`. */
export function number(value: number | null | undefined): string {
  return typeof value === 'number' ? fixed(value, 3) : NOT_AVAILABLE;
}

/** `0.812 (0.721–0.893)`, with more digits where both limits would look the same; limits that are one number are no interval, and a dash beside a minus would be misread. */
export function withLimits(
  value: number | null,
  lower: number | null | undefined,
  upper: number | null | undefined,
): string {
  const hasLimits = value !== null && typeof lower === 'number' && typeof upper === 'number';
  if (!hasLimits || isOneNumber(lower, upper)) return number(value);
  const [shown, ...limits] = [value, lower, upper].map((one) => fixed(one, digitsApart(lower, upper, 3)));
  return `${shown} (${limits.join(lower < 0 ? ' to ' : '–')})`;
}

/** A hyphen is no minus. */
function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−');
}
