import { logisticLine } from '../calibration/line.ts';
import { logits } from '../calibration/logit.ts';
import { countBinary, type Numbers, needBothClasses } from '../core/checks.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { sigmoid } from '../linear/logistic-loss.ts';
import { type Frozen, freeze } from './frozen.ts';
import { homeRows, type ScoredRow } from './rows.ts';

/**
 * Platt scaling (1999) of the log-odds, with Platt's smoothed targets (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2), which keep
 * it finite for separable classes.
 */
export function freezePlatt(rows: readonly ScoredRow[]): Outcome<Frozen<'platt'>> {
  const fittedOn = homeRows('Platt calibrator', rows);
  const counts = countBinary(rows.map((row) => row.label));
  const missing = needBothClasses(counts, 'Platt scaling');
  if (missing !== undefined) return missing;
  const high = (counts.positives + 1) / (counts.positives + 2);
  const low = 1 / (counts.negatives + 2);
  const { values } = logits(rows.map((row) => row.probability));
  const line = logisticLine(
    values,
    rows.map((row) => (row.label === 1 ? high : low)),
  );
  if (line === undefined) return absent('platt-diverges');
  return { value: freeze('platt', { slope: line.slope, intercept: line.intercept }, fittedOn) };
}

export function applyPlatt(frozen: Frozen<'platt'>, probabilities: Numbers): Float64Array {
  const { slope, intercept } = frozen.value;
  return logits(probabilities).values.map((z) => sigmoid(slope * z + intercept));
}
