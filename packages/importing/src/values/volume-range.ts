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
 * Black and white of a volume. A percentile is one of its values (numpy's method `lower`), as 32-bit numbers hold them.
 *
 * @param slices is called twice: volumes that do not fit into memory are decoded twice.
 * @throws FileFault where all is padding.
 */
export function volumeRange(slices: () => Iterable<Values>, rule: VolumeRule): GrayRange {
  if (rule.kind === 'zscore') return deviationRange(slices, rule.deviations);
  // Counted by the upper half of their bits, then by the lower one: bins of equal width would be spoilt by one value far away.
  const upper = new Float64Array(BINS);
  let total = 0;
  eachKey(slices(), (key) => {
    upper[key >>> 16] = (upper[key >>> 16] as number) + 1;
    total++;
  });
  if (total === 0) throw new FileFault(ALL_PADDING);
  const [low, high] = [rule.low, rule.high].map((percent) => binAt(upper, (percent / 100) * (total - 1)));
  if (low === undefined || high === undefined) throw new RangeError('no percentiles');
  const within = new Map([low, high].map(({ bin }) => [bin, new Float64Array(BINS)]));
  eachKey(slices(), (key) => {
    const counts = within.get(key >>> 16);
    if (counts !== undefined) counts[key & 0xffff] = (counts[key & 0xffff] as number) + 1;
  });
  const percentile = ({ bin, left }: { bin: number; left: number }): number =>
    valueAt(bin * BINS + binAt(within.get(bin) as Float64Array, left).bin);
  return { low: percentile(low), high: percentile(high) };
}

/** The bin with the value of a rank from 0, and its rank among those of the bin. */
function binAt(counts: Float64Array, rank: number): { bin: number; left: number } {
  let left = rank;
  let bin = 0;
  while (bin < BINS - 1 && (counts[bin] as number) <= left) left -= counts[bin++] as number;
  return { bin, left };
}

const number = new Float32Array(1);
const pattern = new Uint32Array(number.buffer);

/** Calls with the bits of each value that is no padding, turned so that they are in the order of the values. */
function eachKey(slices: Iterable<Values>, call: (key: number) => void): void {
  for (const values of slices) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      // Zero has two patterns, of which the sum has one.
      number[0] = value + 0;
      const bits = pattern[0] as number;
      call((bits & 0x8000_0000 ? ~bits : bits | 0x8000_0000) >>> 0);
    }
  }
}

function valueAt(key: number): number {
  pattern[0] = key & 0x8000_0000 ? key & 0x7fff_ffff : ~key;
  return number[0] as number;
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
