import {
  DataError,
  type HarmonisedSite,
  type HarmonizeReference,
  type SiteDeviation,
} from '@radweave/artifacts';
import { type Remark, remark, several } from '@radweave/remarks';
import {
  adaptSite,
  type FitRow,
  type Frozen,
  freezeCombatReference,
  harmonise,
  type Matrix,
  mean,
  quantile,
  type SiteAdaptation,
  takeRows,
} from '@radweave/stats';
import { concatenate, type FusedSplit } from '../fusion/fused-split.ts';
import type { PooledFeatures } from '../fusion/pool.ts';

/** The external patients after harmonisation; those of hospitals left as they are keep their features. */
export interface Harmonisation {
  reference: HarmonizeReference[];
  sites: HarmonisedSite[];
  test: FusedSplit;
  /** For each patient of `test`: whether the features were harmonised. */
  harmonised: boolean[];
}

type Reference = Frozen<'combat_reference'>;

/** How tables name the hospital of patients for whom none is known. */
export const UNKNOWN_HOSPITAL = 'unknown';

/**
 * Brings each external hospital to the home training patients: ComBat with a reference batch, without covariates (Johnson
 * et al. 2007; Zhang et al. 2018), the features of one modality after the other. Labels are never looked at.
 *
 * @throws DataError when there are too few training patients for a reference.
 */
export function harmoniseSites(
  train: FusedSplit,
  test: FusedSplit,
  modalities: readonly string[],
): Harmonisation {
  const references = modalities.map((modality): [string, Reference] => [
    modality,
    referenceOf(train, modality),
  ]);
  const names = test.patients.map(({ hospital }) => hospital || UNKNOWN_HOSPITAL);
  const pooled = Object.fromEntries(modalities.map((modality) => [modality, copyOf(test.pooled[modality])]));
  const harmonised = names.map(() => false);
  const sites = [...new Set(names)].sort().map((hospital): HarmonisedSite => {
    const rows = names.flatMap((name, i) => (name === hospital ? [i] : []));
    const refused = refusal(hospital, train);
    const left = { hospital, n: rows.length, harmonised: false, modalities: {} };
    if (refused !== null) return { ...left, reason: refused };
    const adapted = references.map(([modality, reference]) => {
      const features = takeRows(concatenate(test.pooled, [modality], names.length), rows);
      return { modality, reference, features, outcome: adaptSite(reference, features) };
    });
    // All modalities or none: a patient whose modalities stand in different spaces fits no classifier.
    const reasons = adapted.flatMap(({ modality, outcome }) =>
      outcome.value === null ? [remark('of-name', { name: modality, reason: outcome.reason })] : [],
    );
    if (reasons.length > 0) return { ...left, reason: several(reasons) };
    const deviations: Record<string, SiteDeviation> = {};
    for (const { modality, reference, features, outcome } of adapted) {
      if (outcome.value === null) continue;
      putRows(pooled[modality], rows, harmonise(reference, outcome.value, features));
      deviations[modality] = deviationOf(outcome.value);
    }
    for (const row of rows) harmonised[row] = true;
    return { ...left, harmonised: true, reason: null, modalities: deviations };
  });
  const reference = references.map(([modality, { hash, fitted_on }]) => ({
    modality,
    hospitals: [...fitted_on.hospitals],
    n: fitted_on.n,
    patients_sha256: fitted_on.patients_sha256,
    hash,
  }));
  return { reference, sites, test: { ...test, pooled }, harmonised };
}

function referenceOf(train: FusedSplit, modality: string): Reference {
  const rows = train.patients.map(
    ({ patient_id, hospital }): FitRow => ({ patient: patient_id, hospital, split: 'train', role: 'home' }),
  );
  const { length } = train.patients;
  const outcome = freezeCombatReference(rows, concatenate(train.pooled, [modality], length));
  if (outcome.value !== null) return outcome.value;
  throw new DataError('E_HARMONIZE', `there is no reference for ${modality}: ${outcome.reason.text}`, {
    hint: 'See cohort.csv and aligned/missing.csv for the training patients',
  });
}

/** Why a hospital must be left as it is whatever its features; null if none. */
function refusal(hospital: string, train: FusedSplit): Remark | null {
  if (hospital === UNKNOWN_HOSPITAL) return remark('hospital-unknown');
  const isReference = train.patients.some((one) => one.hospital === hospital);
  return isReference ? remark('hospital-of-reference') : null;
}

function copyOf(features: PooledFeatures | undefined): PooledFeatures {
  return { dims: features?.dims ?? 0, data: Float32Array.from(features?.data ?? []) };
}

function putRows(into: PooledFeatures | undefined, rows: readonly number[], from: Matrix): void {
  rows.forEach((row, i) => {
    into?.data.set(from.data.subarray(i * from.columns, (i + 1) * from.columns), row * from.columns);
  });
}

function deviationOf({ location, scale, unadjusted }: SiteAdaptation): SiteDeviation {
  const left = new Set(unadjusted);
  const adjusted = (values: Float64Array): Float64Array => values.filter((_, j) => !left.has(j));
  return {
    mean_absolute_location: mean(adjusted(location).map(Math.abs)),
    median_scale: quantile(adjusted(scale).sort(), 0.5),
    unadjusted: unadjusted.length,
  };
}
