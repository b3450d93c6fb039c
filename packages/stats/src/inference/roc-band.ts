import { checkCount, checkOpenUnit, checkScored, type Numbers, needBothClasses } from '../core/checks.ts';
import type { Outcome } from '../core/estimate.ts';
import { quantile } from '../core/order.ts';
import { Random } from '../core/random.ts';
import { RankedScores } from '../discrimination/ranked-scores.ts';
import { sensitivitiesOfCuts } from '../discrimination/roc.ts';
import { type BootstrapOptions, binaryStrata, resamples } from './bootstrap.ts';

/** Pointwise limits of the sensitivity along a grid of false-positive rates. */
export interface RocBand {
  readonly falsePositiveRate: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly level: number;
}

/**
 * Pointwise percentile-bootstrap band of the ROC curve, stratified by label (as pROC's `ci.se`) and by what is finer.
 *
 * @param options.strata finer strata, such as hospital numbers.
 * @param options.points grid points from 0 to 1, default 101.
 */
export function rocBand(
  labels: Numbers,
  scores: Numbers,
  options: BootstrapOptions & { readonly strata?: Numbers; readonly points?: number },
): Outcome<RocBand> {
  const { seed, replicates = 2000, level = 0.95, strata, points = 101 } = options;
  checkCount('replicates', replicates, 1);
  checkCount('points', points, 2);
  checkOpenUnit('level', level);
  const missing = needBothClasses(checkScored(labels, scores), 'the ROC band', 2);
  if (missing !== undefined) return missing;
  const grid = Float64Array.from({ length: points }, (_, i) => i / (points - 1));
  const heights = Array.from({ length: points }, () => new Float64Array(replicates));
  const ranked = new RankedScores(labels, scores);
  const combined = binaryStrata(labels, strata);
  let replicate = 0;
  for (const patients of resamples(combined, replicates, new Random(seed, 'roc-band'))) {
    // Stratified resamples keep both classes, so there always is a curve.
    sensitivitiesOfCuts(ranked.cutPoints(patients), grid, (k, height) => {
      (heights[k] as Float64Array)[replicate] = height;
    });
    replicate++;
  }
  for (const column of heights) column.sort();
  const limit = (probability: number): Float64Array =>
    Float64Array.from(heights, (column) => quantile(column, probability));
  return {
    value: { falsePositiveRate: grid, lower: limit((1 - level) / 2), upper: limit((1 + level) / 2), level },
  };
}
