import type { EstimateRecord } from '@radweave/artifacts';
import { isOneNumber, type Remark, remark, several, withLabelNames } from '@radweave/remarks';
import type { BootstrapInterval, Estimate, Outcome } from '@radweave/stats';

/** A statistic as it is written: no fields without content. */
export function record(estimate: Estimate): EstimateRecord {
  if (estimate.value === null) return { value: null, note: estimate.reason };
  const { value, n, lower, upper, note } = estimate;
  if (lower === undefined || upper === undefined)
    return { value, n, ...(note === undefined ? {} : { note }) };
  // Limits that are one number stay in the file, but are no interval: whoever shows the number leaves them out.
  const caution = isOneNumber(lower, upper) ? (note ?? remark('no-width')) : note;
  return { value, lower, upper, n, ...(caution === undefined ? {} : { note: caution }) };
}

/** A number with the bootstrap's interval; where that is absent, the number with the reason. */
export function withInterval(estimate: Estimate, interval: Outcome<BootstrapInterval>): EstimateRecord {
  const plain = record(estimate);
  if (plain.value === null) return plain;
  if (interval.value === null) return { ...plain, note: remark('no-interval', { reason: interval.reason }) };
  const { lower, upper } = interval.value;
  const isOutside = plain.value < lower || plain.value > upper;
  const note = isOneNumber(lower, upper)
    ? remark('same-in-resamples')
    : isOutside && remark('outside-interval');
  return { ...plain, lower, upper, ...(note ? { note } : {}) };
}

/**
 * The expected calibration error with its interval, and what whoever reads either must know: |observed − predicted| of a bin
 * with few patients is above 0 by chance alone (Bröcker 2012; Roelofs et al. 2022).
 */
export function calibrationError(estimate: Estimate, interval: Outcome<BootstrapInterval>): EstimateRecord {
  const found = withInterval(estimate, interval);
  if (found.value === null) return found;
  // It tells more of an interval that lies above its value.
  const own = found.note?.code === 'outside-interval' ? undefined : found.note;
  return { ...found, note: several([own, remark('biased-upward')]) ?? undefined };
}

/** A row, whose notes beside its numbers call classes by their names. */
export function inLabelNames<Row extends object>(row: Row, names: readonly string[]): Row {
  const named = Object.entries(row).map(([key, value]: [string, EstimateRecord | null]) => {
    const note = value?.note;
    return [key, note === undefined ? value : { ...value, note: withLabelNames(note, names) }];
  });
  return Object.fromEntries(named);
}

export function none(note: Remark): EstimateRecord {
  return { value: null, note };
}
