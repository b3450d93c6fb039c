import { StatsInputError } from '../core/errors.ts';
import type { Outcome } from '../core/estimate.ts';
import { fixedSensitivityThreshold, youdenThreshold } from '../discrimination/threshold.ts';
import { type Frozen, freeze } from './frozen.ts';
import { homeRows, type ScoredRow } from './rows.ts';

export type ThresholdRule =
  | { readonly rule: 'youden' }
  | { readonly rule: 'fixed_sensitivity'; readonly target: number }
  | { readonly rule: 'fixed'; readonly threshold: number };

/** Chooses the decision threshold on home validation patients (`probability ≥ threshold` is positive). */
export function freezeThreshold(
  rows: readonly ScoredRow[],
  rule: ThresholdRule = { rule: 'youden' },
): Outcome<Frozen<'threshold'>> {
  const fittedOn = homeRows('threshold', rows);
  if (rule.rule === 'fixed') {
    if (!Number.isFinite(rule.threshold)) throw new StatsInputError(`threshold is ${rule.threshold}`);
    const value = {
      rule: rule.rule,
      threshold: rule.threshold,
      target: null,
      sensitivity: null,
      specificity: null,
    };
    return { value: freeze('threshold', value, fittedOn) };
  }
  const labels = rows.map((row) => row.label);
  const probabilities = rows.map((row) => row.probability);
  const target = rule.rule === 'fixed_sensitivity' ? rule.target : null;
  const choice =
    target === null
      ? youdenThreshold(labels, probabilities)
      : fixedSensitivityThreshold(labels, probabilities, target);
  if (choice.value === null) return choice;
  return { value: freeze('threshold', { rule: rule.rule, target, ...choice.value }, fittedOn) };
}
