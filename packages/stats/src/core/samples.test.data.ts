import { type Matrix, matrixFrom } from './matrix.ts';
import { Random } from './random.ts';

/** A seeded binary sample for tests: labels, and the probabilities of two models, one sharper than the other. */
export interface BinarySample {
  readonly labels: number[];
  readonly first: number[];
  readonly second: number[];
}

/** `decimals` rounds the probabilities, which makes ties. Both classes always occur at least twice. */
export function binarySample(seed: number, n: number, decimals?: number): BinarySample {
  const random = new Random(seed, 'sample');
  const labels = Array.from({ length: n }, (_, i) =>
    i < 2 ? 1 : i < 4 ? 0 : random.uniform() < 0.35 ? 1 : 0,
  );
  const round = (p: number): number => (decimals === undefined ? p : Number(p.toFixed(decimals)));
  const score = (label: number, shift: number): number =>
    round(1 / (1 + Math.exp(-(random.normal() + shift * (label - 0.5)))));
  return {
    labels,
    first: labels.map((label) => score(label, 0.8)),
    second: labels.map((label) => score(label, 1.6)),
  };
}

/** The binary samples every comparison runs over: with and without ties, small and larger. */
export const BINARY_SAMPLES: readonly BinarySample[] = [
  binarySample(1, 40),
  binarySample(2, 60, 1),
  binarySample(3, 300, 2),
  binarySample(4, 12, 1),
  binarySample(5, 500),
];

/** Seeded features whose first columns carry the class, and labels 0 … classes − 1, each occurring. */
export function featureSample(
  seed: number,
  n: number,
  columns: number,
  classes: number,
): { features: Matrix; rows: number[][]; labels: number[] } {
  const random = new Random(seed, 'features');
  const labels = Array.from({ length: n }, (_, i) => (i < 2 * classes ? i % classes : random.below(classes)));
  const rows = labels.map((label) =>
    Array.from(
      { length: columns },
      (_, j) => random.normal() * (1 + (j % 3)) + (j % classes === label ? 0.6 : 0),
    ),
  );
  return { features: matrixFrom(rows), rows, labels };
}

/** The largest difference of two lists; infinite when lengths differ or a value is NaN. */
export function worstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    const gap = Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? Number.NaN));
    worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(worst, gap);
  }
  return worst;
}
