import { type Code, type Remark, remark } from '@radweave/remarks';

/** What could not be computed from these data, and why. Shown as `n/a` with the reason. */
export interface Absent {
  readonly value: null;
  readonly reason: Remark;
}

/** A result, or the reason why the data do not give one. `value === null` tells the two apart. */
export type Outcome<T> = { readonly value: T } | Absent;

/** A number with the count of patients behind it and, where it has one, its interval. */
export interface Known {
  readonly value: number;
  /** The patients the number rests on: the denominator for a proportion. */
  readonly n: number;
  readonly lower?: number;
  readonly upper?: number;
  /** Confidence level of the interval, e.g. 0.95. */
  readonly level?: number;
  /** A caution that belongs beside the number. */
  readonly note?: Remark;
}

/** A number with n, or `null` with the reason: the shape of every statistic of this package. */
export type Estimate = Known | Absent;

/** No value, for the reason of this code. */
export function absent<C extends Code>(...reason: Parameters<typeof remark<C>>): Absent {
  return { value: null, reason: remark(...reason) };
}
