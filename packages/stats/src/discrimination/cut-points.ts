import { checkScored, type Numbers } from '../core/checks.ts';
import { sortedOrder } from '../core/order.ts';

/** Counts at every distinct score taken as threshold (`score ≥ threshold` is positive), highest first. */
export interface CutPoints {
  readonly thresholds: Float64Array;
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/** Sweeps the threshold down over the distinct scores. */
export function cutPoints(labels: Numbers, scores: Numbers): CutPoints {
  const counts = checkScored(labels, scores);
  const ascending = sortedOrder(scores);
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let hits = 0;
  for (let i = ascending.length - 1; i >= 0; i--) {
    const patient = ascending[i] as number;
    hits += labels[patient] as number;
    if (i > 0 && scores[ascending[i - 1] as number] === scores[patient]) continue;
    thresholds.push(scores[patient] as number);
    truePositives.push(hits);
    falsePositives.push(ascending.length - i - hits);
  }
  return {
    thresholds: Float64Array.from(thresholds),
    truePositives: Float64Array.from(truePositives),
    falsePositives: Float64Array.from(falsePositives),
    ...counts,
  };
}
