import { checkOpenUnit, checkProbabilities, type Numbers } from '../core/checks.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { confusionAt } from '../discrimination/confusion.ts';

/** Net benefit at one threshold probability; treating nobody has net benefit 0. */
export interface NetBenefit {
  readonly threshold: number;
  readonly model: number;
  readonly treatAll: number;
}

/** Decision curve (Vickers & Elkin 2006): TP/n − FP/n · t/(1 − t) at each threshold probability t. */
export function decisionCurve(
  labels: Numbers,
  probabilities: Numbers,
  thresholds: Numbers,
): Outcome<NetBenefit[]> {
  checkProbabilities('probabilities', probabilities);
  if (labels.length === 0) return absent('no-patients-for', { what: 'net benefit' });
  const n = labels.length;
  return {
    value: Array.from(thresholds, (threshold) => {
      checkOpenUnit('threshold', threshold);
      const odds = threshold / (1 - threshold);
      const benefit = (cut: number): number => {
        const { truePositives, falsePositives } = confusionAt(labels, probabilities, cut);
        return truePositives / n - (falsePositives / n) * odds;
      };
      return { threshold, model: benefit(threshold), treatAll: benefit(0) };
    }),
  };
}
