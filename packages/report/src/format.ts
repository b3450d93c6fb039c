import type { EstimateRecord } from '@radweave/artifacts';
import { digitsApart, isOneNumber, pValue } from '@radweave/remarks';
import type { Cell } from './parts/table.ts';
import type { Words } from './words/en.ts';

/** What stands for a number that could not be had; its reason becomes a note. */
export const NOT_AVAILABLE = 'n/a';

/** A number with its interval: `0.81 (0.72–0.89)`, `−0.10 (−0.32, 0.12)`. */
export function estimateText(estimate: EstimateRecord, digits = 2): string {
  const { value } = estimate;
  if (value === null) return NOT_AVAILABLE;
  const limits = limitsOf(estimate);
  if (limits === null) return fixed(value, digits);
  return `${fixed(value, digitsApart(...limits, digits))} (${intervalText(...limits, digits)})`;
}

/** Both ends of an interval; null where there is none, or its ends are one number and say nothing of the uncertainty. */
export function limitsOf({ lower, upper }: EstimateRecord): [lower: number, upper: number] | null {
  return lower === undefined || upper === undefined || isOneNumber(lower, upper) ? null : [lower, upper];
}

/** `0.72–0.89`, with more digits where both would look the same; a dash between numbers of which one has a minus would be misread. */
export function intervalText(lower: number, upper: number, digits = 2): string {
  const shown = digitsApart(lower, upper, digits);
  return [fixed(lower, shown), fixed(upper, shown)].join(lower < 0 ? ', ' : '–');
}

/** It where no note can stand below: that the interval does not contain the number follows it. */
export function estimateInText(words: Pick<Words, 'remark' | 'added'>, estimate: EstimateRecord): string {
  return `${estimateText(estimate)}${outsideText(words, estimate)}`;
}

/** Empty where the interval contains the number. */
export function outsideText(
  { remark, added }: Pick<Words, 'remark' | 'added'>,
  { note }: EstimateRecord,
): string {
  return note?.code === 'outside-interval' ? added(remark(note)) : '';
}

/** A table's cell of it; the reason or caution becomes a note below the table. */
export function estimateCell(estimate: EstimateRecord, digits = 2): Cell {
  const note = estimate.note ?? null;
  return { text: estimateText(estimate, digits), note, number: true };
}

/** `0.81`; a typographic minus for negative numbers, and no negative zero. */
export function fixed(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  const isZero = Number(text) === 0;
  return isZero ? text.replace('-', '') : text.replace('-', '−');
}

/** A p value as journals want it: three digits, `<0.001` below. */
export function pText(p: number | null): string {
  return p === null ? NOT_AVAILABLE : pValue(p);
}

/** `12 (34 %)`. */
export function shareText(count: number, total: number): string {
  return total === 0 ? `${count}` : `${count} (${((100 * count) / total).toFixed(0)} %)`;
}
