import { checkCount, checkOpenUnit, checkSameLength, type Numbers } from '../core/checks.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { quantile } from '../core/order.ts';
import { Random } from '../core/random.ts';

/** A percentile interval. Resamples in which the metric could not be computed are left out. */
export interface BootstrapInterval {
  readonly lower: number;
  readonly upper: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Default 2000. */
  readonly replicates?: number;
  /** Default 0.95. */
  readonly level?: number;
}

/** The least share of resamples that must give a value. */
const LEAST_USABLE = 0.9;

/**
 * Percentile bootstrap by patient, within strata: each resample draws every stratum's own number of patients with
 * replacement. All metrics see the same resamples.
 *
 * @param strata one whole number per patient: the label, or label and hospital combined.
 * @param names the metrics.
 * @param measure takes the drawn patients' indices; a metric that is undefined for them is null.
 */
export function bootstrap<Name extends string>(
  strata: Numbers,
  names: readonly Name[],
  measure: (patients: Uint32Array) => Readonly<Record<Name, number | null>>,
  options: BootstrapOptions,
): Record<Name, Outcome<BootstrapInterval>> {
  const { seed, replicates = 2000, level = 0.95 } = options;
  checkCount('replicates', replicates, 1);
  checkOpenUnit('level', level);
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  if (strata.length > 0) {
    for (const patients of resamples(strata, replicates, new Random(seed, 'bootstrap'))) {
      const measured = measure(patients);
      for (const [name, collected] of values) {
        const value = measured[name];
        if (value !== null) collected.push(value);
      }
    }
  }
  const entries = names.map((name) => [name, interval(values.get(name) ?? [], replicates, level)]);
  return Object.fromEntries(entries) as Record<Name, Outcome<BootstrapInterval>>;
}

/**
 * Strata of a binary label and, where they are given, finer ones.
 *
 * @param finer one whole number per patient, such as that of the hospital.
 */
export function binaryStrata(labels: Numbers, finer?: Numbers): number[] {
  if (finer !== undefined) checkSameLength('labels', labels, 'strata', finer);
  return Array.from(labels, (label, i) => label + 2 * (finer?.[i] ?? 0));
}

/** Yields stratified resamples; the array is reused. */
export function* resamples(strata: Numbers, replicates: number, random: Random): Generator<Uint32Array> {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < strata.length; i++) {
    const stratum = strata[i] as number;
    const group = groups.get(stratum) ?? [];
    group.push(i);
    groups.set(stratum, group);
  }
  const ordered = [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
  const patients = new Uint32Array(strata.length);
  for (let replicate = 0; replicate < replicates; replicate++) {
    let at = 0;
    for (const group of ordered) {
      for (let i = 0; i < group.length; i++) patients[at++] = group[random.below(group.length)] as number;
    }
    yield patients;
  }
}

/** The percentile interval of resampled values; null when too many resamples gave none. */
function interval(values: readonly number[], replicates: number, level: number): Outcome<BootstrapInterval> {
  if (values.length < LEAST_USABLE * replicates) {
    return absent('few-resamples', { defined: values.length, replicates });
  }
  const ascending = Float64Array.from(values).sort();
  return {
    value: {
      lower: quantile(ascending, (1 - level) / 2),
      upper: quantile(ascending, (1 + level) / 2),
    },
  };
}
