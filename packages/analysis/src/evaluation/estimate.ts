import type { EstimateRecord } from '@radweave/artifacts';
import type { BootstrapInterval, Estimate, Outcome } from '@radweave/stats';

/** Limits that are one number stay in the file, but are no interval: whoever shows the number leaves them out. */
const NO_WIDTH = 'no interval: its limits are the same number, which says nothing of the uncertainty';
/** |observed − predicted| of a bin with few patients is above 0 by chance alone (Bröcker 2012; Roelofs et al. 2022). */
const UPWARD =
  'biased upward in small groups, and in resamples still more: the interval lies too high and may lie above the value';
const SAME_VALUE = 'no interval: all resamples of the patients give the same value';

/** A statistic as it is written: no fields without content. */
export function record(estimate: Estimate): EstimateRecord {
  if (estimate.value === null) return { value: null, note: estimate.reason };
  const { value, n, lower, upper, note } = estimate;
  if (lower === undefined || upper === undefined)
    return { value, n, ...(note === undefined ? {} : { note }) };
  const caution = lower === upper ? (note ?? NO_WIDTH) : note;
  return { value, lower, upper, n, ...(caution === undefined ? {} : { note: caution }) };
}

/** A number with the bootstrap's interval; where that is absent, the number with the reason. */
export function withInterval(estimate: Estimate, interval: Outcome<BootstrapInterval>): EstimateRecord {
  const plain = record(estimate);
  if (plain.value === null) return plain;
  if (interval.value === null) return { ...plain, note: `no interval: ${interval.reason}` };
  const { lower, upper } = interval.value;
  return { ...plain, lower, upper, ...(lower === upper ? { note: SAME_VALUE } : {}) };
}

/** The expected calibration error with its interval, and what whoever reads either must know. */
export function calibrationError(estimate: Estimate, interval: Outcome<BootstrapInterval>): EstimateRecord {
  const found = withInterval(estimate, interval);
  return found.value === null ? found : { ...found, note: [found.note, UPWARD].filter(Boolean).join('; ') };
}

/** No number, and why. */
export function none(note: string): EstimateRecord {
  return { value: null, note };
}
