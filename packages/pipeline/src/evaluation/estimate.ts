import type { EstimateRecord } from '@radweave/artifacts';
import type { BootstrapInterval, Estimate, Outcome } from '@radweave/stats';

/** A statistic as it is written: no fields without content. */
export function record(estimate: Estimate): EstimateRecord {
  if (estimate.value === null) return { value: null, note: estimate.reason };
  const { value, n, lower, upper, note } = estimate;
  return {
    value,
    ...(lower === undefined || upper === undefined ? {} : { lower, upper }),
    n,
    ...(note === undefined ? {} : { note }),
  };
}

/** A number with the bootstrap's interval; where that is absent, the number with the reason. */
export function withInterval(estimate: Estimate, interval: Outcome<BootstrapInterval>): EstimateRecord {
  const plain = record(estimate);
  if (plain.value === null) return plain;
  if (interval.value === null) return { ...plain, note: `no interval: ${interval.reason}` };
  const { lower, upper } = interval.value;
  return { ...plain, lower, upper };
}

/** No number, and why. */
export function none(note: string): EstimateRecord {
  return { value: null, note };
}
