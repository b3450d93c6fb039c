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

/** Digits after the point that a threshold has where nothing asks for more. */
const LEAST_OF_THRESHOLD = 4;

/**
 * A threshold with the digits that tell it apart from 0 and 1, by which everybody or nobody would be positive, and from
 * the probabilities that are compared with it: `0.5172`, `0.999995`, `2.3e-23`.
 */
export function thresholdText(threshold: number, probabilities: readonly number[] = []): string {
  const others = [0, 1, ...probabilities].filter((one) => one !== threshold);
  if (threshold === 0 || threshold >= 10 ** -LEAST_OF_THRESHOLD) {
    return threshold.toFixed(Math.max(LEAST_OF_THRESHOLD, digitsFromThreshold(threshold, others)));
  }
  let digits = 1;
  const isTaken = (one: number): boolean => one.toExponential(digits) === threshold.toExponential(digits);
  while (digits < MOST && others.some(isTaken)) digits++;
  return threshold.toExponential(digits);
}
