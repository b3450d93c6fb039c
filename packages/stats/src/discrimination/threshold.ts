import { checkOpenUnit, type Numbers, needBothClasses } from '../core/checks.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { type CutPoints, cutPoints } from './cut-points.ts';

/** A decision threshold (`score ≥ threshold` is positive) and what it achieves where it was chosen. */
export interface ThresholdChoice {
  readonly threshold: number;
  readonly sensitivity: number;
  readonly specificity: number;
}

/**
 * The threshold that maximises Youden's J = sensitivity + specificity − 1 (Youden 1950) over the observed scores.
 * Ties go to the one nearest 0.5, then to the lower.
 */
export function youdenThreshold(labels: Numbers, scores: Numbers): Outcome<ThresholdChoice> {
  const cuts = cutPoints(labels, scores);
  const missing = needBothClasses(cuts, 'the Youden threshold');
  if (missing !== undefined) return missing;
  // J × positives × negatives is a whole number, so ties are exact.
  const scaledJ = cuts.truePositives.map(
    (hits, i) => hits * cuts.negatives - (cuts.falsePositives[i] as number) * cuts.positives,
  );
  const distance = (i: number): number => Math.abs((cuts.thresholds[i] as number) - 0.5);
  let best = 0;
  for (let i = 1; i < scaledJ.length; i++) {
    const gain = (scaledJ[i] as number) - (scaledJ[best] as number);
    if (gain > 0 || (gain === 0 && distance(i) <= distance(best))) best = i;
  }
  return { value: choice(cuts, best) };
}

/**
 * The highest threshold whose sensitivity reaches `target`: the most specific rule that misses no more patients
 * than allowed.
 *
 * @param target the least sensitivity, above 0 and at most 1.
 */
export function fixedSensitivityThreshold(
  labels: Numbers,
  scores: Numbers,
  target: number,
): Outcome<ThresholdChoice> {
  if (target !== 1) checkOpenUnit('target sensitivity', target);
  const cuts = cutPoints(labels, scores);
  const missing = needBothClasses(cuts, 'a fixed-sensitivity threshold');
  if (missing !== undefined) return missing;
  const first = cuts.truePositives.findIndex((hits) => hits / cuts.positives >= target);
  return first < 0 ? absent('no-threshold-reaches', { target }) : { value: choice(cuts, first) };
}

function choice(cuts: CutPoints, i: number): ThresholdChoice {
  return {
    threshold: cuts.thresholds[i] as number,
    sensitivity: (cuts.truePositives[i] as number) / cuts.positives,
    specificity: 1 - (cuts.falsePositives[i] as number) / cuts.negatives,
  };
}
