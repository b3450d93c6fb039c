import type { Term } from '@radweave/remarks';
import { StatsInputError } from './errors.ts';
import { type Absent, absent } from './estimate.ts';

/** A column of numbers: an array or any typed array. */
export type Numbers = ArrayLike<number>;

/** Throws unless both columns have one entry per patient. */
export function checkSameLength(
  aName: string,
  a: ArrayLike<unknown>,
  bName: string,
  b: ArrayLike<unknown>,
): void {
  if (a.length !== b.length) {
    throw new StatsInputError(
      `${aName} and ${bName} must have one entry per patient: ${aName} has ${a.length}, ${bName} has ${b.length}`,
    );
  }
}

/** Throws at the first entry that is not a finite number. */
export function checkFinite(name: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new StatsInputError(`${name}[${i}] is ${values[i]}: a finite number is needed`);
    }
  }
}

/** Throws at the first entry outside 0–1. */
export function checkProbabilities(name: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    const p = values[i] as number;
    if (!(p >= 0 && p <= 1))
      throw new StatsInputError(`${name}[${i}] is ${p}: a probability is within 0 and 1`);
  }
}

/** Throws unless `value` lies strictly between 0 and 1 (confidence levels, ratios, thresholds of risk). */
export function checkOpenUnit(name: string, value: number): void {
  if (!(value > 0 && value < 1))
    throw new StatsInputError(`${name} is ${value}: it must lie between 0 and 1`);
}

/** Throws unless `value` is a whole number of at least `least`. */
export function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new StatsInputError(`${name} is ${value}: a whole number of at least ${least} is needed`);
  }
}

/** Throws at the first label that is not a whole number in 0 … classes − 1. */
export function checkLabels(labels: Numbers, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new StatsInputError(
        `labels[${i}] is ${label}: labels are whole numbers from 0 to ${classes - 1}`,
      );
    }
  }
}

/** How many patients carry label 1 and label 0. */
export interface ClassCounts {
  readonly positives: number;
  readonly negatives: number;
}

/** Counts binary labels; throws at a label other than 0 or 1. */
export function countBinary(labels: Numbers): ClassCounts {
  checkLabels(labels, 2);
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i] as number;
  return { positives, negatives: labels.length - positives };
}

/** Checks binary labels with their scores and counts the classes. */
export function checkScored(labels: Numbers, scores: Numbers): ClassCounts {
  checkSameLength('labels', labels, 'scores', scores);
  checkFinite('scores', scores);
  return countBinary(labels);
}

/** The reason why `what` cannot be had from fewer than `least` patients of a class; undefined when it can. */
export function needBothClasses(counts: ClassCounts, what: Term, least = 1): Absent | undefined {
  const { positives, negatives } = counts;
  if (positives + negatives === 0) return absent('no-patients-for', { what });
  if (positives === 0 || negatives === 0) {
    return absent(positives === 0 ? 'only-negative' : 'only-positive', { n: positives + negatives, what });
  }
  if (positives < least || negatives < least) {
    return absent('few-of-class', { what, least, positives, negatives });
  }
  return undefined;
}
