import { type Numbers, needBothClasses } from '../core/checks.ts';
import type { Estimate } from '../core/estimate.ts';
import { type CutPoints, cutPoints } from './cut-points.ts';

/** Average precision Σ (Rᵢ − Rᵢ₋₁) Pᵢ without interpolation, as scikit-learn's `average_precision_score`. */
export function averagePrecision(labels: Numbers, scores: Numbers): Estimate {
  const cuts = cutPoints(labels, scores);
  const missing = needBothClasses(cuts, 'average precision');
  if (missing !== undefined) return missing;
  return { value: averagePrecisionOfCuts(cuts), n: labels.length };
}

/** {@link averagePrecision} of patients already counted at their cut points; both classes are among them. */
export function averagePrecisionOfCuts({ truePositives, falsePositives, positives }: CutPoints): number {
  let sum = 0;
  let before = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const hits = truePositives[i] as number;
    const recall = hits / positives;
    sum += (recall - before) * (hits / (hits + (falsePositives[i] as number)));
    before = recall;
  }
  return sum;
}
