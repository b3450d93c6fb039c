import { checkCount, checkOpenUnit } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Estimate } from '../core/estimate.ts';
import { betaQuantile } from '../special/beta.ts';
import { intervalZ } from '../special/normal.ts';

/** The interval of a proportion: exact (Clopper & Pearson 1934) or score (Wilson 1927). */
export type ProportionMethod = 'clopper-pearson' | 'wilson';

/** Why there is nothing to count. */
type Empty =
  | 'nothing-counted'
  | 'no-patients'
  | 'no-positive-patients'
  | 'no-negative-patients'
  | 'none-predicted-positive'
  | 'none-predicted-negative';

export interface ProportionOptions {
  /** Default `clopper-pearson`. */
  readonly method?: ProportionMethod;
  /** Confidence level, default 0.95. */
  readonly level?: number;
  /** Why there is nothing to count when n is 0. */
  readonly empty?: Empty;
}

/** successes / n with its interval; null with the reason when n is 0. */
export function proportion(successes: number, n: number, options: ProportionOptions = {}): Estimate {
  const { method = 'clopper-pearson', level = 0.95, empty = 'nothing-counted' } = options;
  checkCount('successes', successes, 0);
  checkCount('n', n, 0);
  checkOpenUnit('level', level);
  if (successes > n) throw new StatsInputError(`${successes} successes of ${n}`);
  if (n === 0) return absent(empty);
  const interval = method === 'wilson' ? wilson : clopperPearson;
  const [lower, upper] = interval(successes, n, level);
  return { value: successes / n, n, lower, upper, level };
}

function clopperPearson(successes: number, n: number, level: number): [number, number] {
  const tail = (1 - level) / 2;
  return [
    successes === 0 ? 0 : betaQuantile(successes, n - successes + 1, tail),
    successes === n ? 1 : betaQuantile(successes + 1, n - successes, 1 - tail),
  ];
}

function wilson(successes: number, n: number, level: number): [number, number] {
  const z = intervalZ(level);
  const p = successes / n;
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}
