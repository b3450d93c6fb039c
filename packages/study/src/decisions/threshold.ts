import type { Config, FrozenRecord } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import { freezeThreshold, type ScoredRow, type ThresholdRule } from '@radweave/stats';
import { asRecord, refusingExternal } from './frozen-record.ts';

/** How the configuration wants a threshold to be chosen. */
export function thresholdRuleOf({
  threshold_rule,
  target_sensitivity,
}: Pick<Config['evaluation'], 'threshold_rule' | 'target_sensitivity'>): ThresholdRule {
  if (threshold_rule === 'sensitivity') return { rule: 'fixed_sensitivity', target: target_sensitivity };
  return threshold_rule === 'fixed' ? { rule: 'fixed', threshold: 0.5 } : { rule: 'youden' };
}

/**
 * Chooses a threshold on home validation patients.
 *
 * @returns the threshold, and why it is 0.5 where the rule finds none; null where it was chosen or set.
 * @throws DataError when a patient is external or of test.
 */
export function decideThreshold(
  rows: readonly ScoredRow[],
  rule: ThresholdRule,
): { threshold: FrozenRecord; unchosen: Remark | null } {
  const chosen = refusingExternal(() => freezeThreshold(rows, rule));
  if (chosen.value !== null) return { threshold: asRecord(chosen.value), unchosen: null };
  const half = freezeThreshold(rows, { rule: 'fixed', threshold: 0.5 });
  if (half.value === null) throw new Error(`a threshold that is set needs no rows: ${half.reason.text}`);
  return {
    threshold: asRecord(half.value),
    unchosen: remark('threshold-unchosen', { reason: chosen.reason }),
  };
}
