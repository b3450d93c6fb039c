import { type Numbers, needBothClasses } from '../core/checks.ts';
import type { Estimate, Outcome } from '../core/estimate.ts';
import { type CutPoints, cutPoints } from './cut-points.ts';

/** Points of a precision-recall curve, from the lowest threshold to recall 0. */
export interface PrecisionRecallCurve {
  /** One entry more than thresholds: the last is 1. */
  readonly precision: Float64Array;
  /** One entry more than thresholds: the last is 0. */
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}

/** The precision-recall curve, as scikit-learn's `precision_recall_curve`. */
export function precisionRecallCurve(labels: Numbers, scores: Numbers): Outcome<PrecisionRecallCurve> {
  const cuts = cutPoints(labels, scores);
  const missing = needBothClasses(cuts, 'the precision-recall curve');
  if (missing !== undefined) return missing;
  const { precision, recall } = rates(cuts);
  return {
    value: {
      precision: Float64Array.from([...precision.reverse(), 1]),
      recall: Float64Array.from([...recall.reverse(), 0]),
      thresholds: cuts.thresholds.slice().reverse(),
    },
  };
}

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

function rates(cuts: CutPoints): { precision: Float64Array; recall: Float64Array } {
  const { truePositives, falsePositives, positives } = cuts;
  return {
    precision: truePositives.map((hits, i) => hits / (hits + (falsePositives[i] as number))),
    recall: truePositives.map((hits) => hits / positives),
  };
}
