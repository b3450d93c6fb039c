import { checkScored, type Numbers } from '../core/checks.ts';
import { sortedOrder } from '../core/order.ts';
import type { CutPoints } from './cut-points.ts';

/** Patients sorted once by score, so that the cut points of each resample are counted without sorting again. */
export class RankedScores {
  /** Distinct scores, highest first. */
  private readonly distinct: Float64Array;
  /** Per patient, twice the place of the score among them, plus the label. */
  private readonly cell: Uint32Array;
  private readonly counts: Uint32Array;
  private readonly cuts: [thresholds: Float64Array, hits: Float64Array, alarms: Float64Array];

  /** @throws StatsInputError for lengths that differ, labels other than 0 and 1, a score that is not finite. */
  constructor(labels: Numbers, scores: Numbers) {
    checkScored(labels, scores);
    const distinct: number[] = [];
    this.cell = new Uint32Array(scores.length);
    for (const patient of sortedOrder(scores).reverse()) {
      const score = scores[patient] as number;
      if (distinct.length === 0 || distinct.at(-1) !== score) distinct.push(score);
      this.cell[patient] = 2 * (distinct.length - 1) + (labels[patient] as number);
    }
    this.distinct = Float64Array.from(distinct);
    this.counts = new Uint32Array(2 * distinct.length);
    const column = (): Float64Array => new Float64Array(distinct.length);
    this.cuts = [column(), column(), column()];
  }

  /** The cut points of some patients, each as often as it is drawn; good until the next call. */
  cutPoints(patients: Uint32Array): CutPoints {
    const { distinct, cell, counts } = this;
    const [thresholds, hits, alarms] = this.cuts;
    counts.fill(0);
    for (let i = 0; i < patients.length; i++) {
      const at = cell[patients[i] as number] as number;
      counts[at] = (counts[at] as number) + 1;
    }
    let found = 0;
    let positives = 0;
    let negatives = 0;
    for (let i = 0; i < distinct.length; i++) {
      const without = counts[2 * i] as number;
      const having = counts[2 * i + 1] as number;
      if (without + having === 0) continue;
      negatives += without;
      positives += having;
      thresholds[found] = distinct[i] as number;
      hits[found] = positives;
      alarms[found] = negatives;
      found++;
    }
    return {
      thresholds: thresholds.subarray(0, found),
      truePositives: hits.subarray(0, found),
      falsePositives: alarms.subarray(0, found),
      positives,
      negatives,
    };
  }
}
