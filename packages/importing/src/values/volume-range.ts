import { FileFault } from '../files/fault.ts';
import type { Values } from './rescale.ts';
import type { GrayRange } from './window.ts';

/** How black and white are found in a volume itself: never in other volumes, so nothing leaks between patients. */
export type VolumeRule =
  | { readonly kind: 'percentiles'; readonly low: number; readonly high: number }
  | { readonly kind: 'zscore'; readonly deviations: number };

const BINS = 65_536;
const ALL_PADDING = 'the slices hold nothing but padding';

/**
 * Black and white of a volume. Percentiles are exact to a 65,536th of its range.
 *
 * @param slices is called twice: volumes that do not fit into memory are decoded twice.
 * @throws FileFault where all is padding.
 */
export function volumeRange(slices: () => Iterable<Values>, rule: VolumeRule): GrayRange {
  if (rule.kind === 'zscore') return deviationRange(slices, rule.deviations);
  const { least, most } = extremes(slices);
  const width = (most - least) / (BINS - 1) || 1;
  const counts = new Float64Array(BINS);
  let total = 0;
  for (const values of slices()) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      const bin = Math.round((value - least) / width);
      counts[bin] = (counts[bin] as number) + 1;
      total++;
    }
  }
  const at = (percent: number): number => {
    const wanted = (percent / 100) * (total - 1);
    let seen = 0;
    let bin = 0;
    while (bin < BINS - 1 && seen + (counts[bin] as number) <= wanted) seen += counts[bin++] as number;
    return least + bin * width;
  };
  return { low: at(rule.low), high: at(rule.high) };
}

function extremes(slices: () => Iterable<Values>): { least: number; most: number } {
  let least = Infinity;
  let most = -Infinity;
  for (const values of slices()) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (least > most) throw new FileFault(ALL_PADDING);
  return { least, most };
}

function deviationRange(slices: () => Iterable<Values>, deviations: number): GrayRange {
  let count = 0;
  let sum = 0;
  for (const values of slices()) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      count++;
      sum += value;
    }
  }
  if (count === 0) throw new FileFault(ALL_PADDING);
  const mean = sum / count;
  let squares = 0;
  for (const values of slices()) {
    for (const value of values) if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / count);
  return { low: mean - deviations * deviation, high: mean + deviations * deviation };
}
