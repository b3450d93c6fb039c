/** Digits after the point that probabilities have where nothing asks for more. */
const LEAST = 3;
/** A double has no more. */
const MOST = 16;

/**
 * How many digits after the point tell each probability apart from the threshold that it was compared with. With fewer, a
 * patient at 0.4688 and one at 0.4691 would both be printed as 0.469, beside a threshold of 0.469.
 *
 * @param threshold null where there is none.
 * @param probabilities of the positive label; one that equals the threshold needs no digits.
 */
export function digitsFromThreshold(threshold: number | null, probabilities: readonly number[]): number {
  let digits = LEAST;
  if (threshold === null) return digits;
  for (const one of probabilities) {
    if (one === threshold) continue;
    while (digits < MOST && one.toFixed(digits) === threshold.toFixed(digits)) digits++;
  }
  return digits;
}
