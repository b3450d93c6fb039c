import { StatsInputError } from '../core/errors.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { checkMatrix, columnOf, type Matrix, zeros } from '../core/matrix.ts';
import { mean, sampleVariance } from '../core/moments.ts';
import { type Frozen, freeze } from '../frozen/frozen.ts';
import { checkRowCount, type FitRow, homeRows } from '../frozen/rows.ts';

/** Fewest patients of a site from whose features its location and scale are estimated. */
export const LEAST_SITE_PATIENTS = 10;

export interface SiteAdaptation {
  /** Always true: estimated from the site's own (unlabelled) features. Tables must say so. */
  readonly transductive: true;
  /** Patients it was estimated from. */
  readonly n: number;
  /** Location per feature, in reference standard deviations; 0 for features left alone. */
  readonly location: Float64Array;
  /** Variance per feature relative to the reference; 1 for features left alone. */
  readonly scale: Float64Array;
  /** Features constant in the reference or at the site: passed through unchanged. */
  readonly unadjusted: number[];
  /** Hash of the reference it belongs to. */
  readonly reference: string;
}

/** Location and scale of the reference: home train patients, one row of features each. */
export function freezeCombatReference(
  rows: readonly FitRow[],
  features: Matrix,
): Outcome<Frozen<'combat_reference'>> {
  const fittedOn = homeRows('ComBat reference', rows);
  checkRowCount(rows, features);
  checkMatrix('features', features);
  const other = rows.find((row) => row.split !== 'train');
  if (other !== undefined) {
    throw new StatsInputError(
      `the ComBat reference is home train: ${other.patient} is in split ${other.split}. Leave it out`,
    );
  }
  if (rows.length < 2) return absent('combat-reference-small', { n: rows.length });
  const columns = Array.from({ length: features.columns }, (_, j) => columnOf(features, j));
  // Population variance of the reference batch, as sva's ComBat with ref.batch.
  const sd = columns.map((column) => Math.sqrt((sampleVariance(column) * (rows.length - 1)) / rows.length));
  return { value: freeze('combat_reference', { mean: columns.map(mean), sd, n: rows.length }, fittedOn) };
}

/**
 * Estimates a site's location and scale from its own features, without labels: parametric empirical Bayes (Johnson,
 * Li & Rabinovic 2007) against a reference batch (Zhang et al. 2018; sva's `ComBat(ref.batch)` without covariates).
 *
 * @param features site patients × features.
 * @param least fewest patients; only audits, whose harmonised features nobody uses, may go below the default.
 * @returns null with the reason for fewer than 10 patients or too few features that vary.
 */
export function adaptSite(
  reference: Frozen<'combat_reference'>,
  features: Matrix,
  least: number = LEAST_SITE_PATIENTS,
): Outcome<SiteAdaptation> {
  checkWidth(reference, features);
  const n = features.rows;
  if (n < least) return absent('combat-site-small', { n, least });
  const location = new Float64Array(features.columns);
  const scale = new Float64Array(features.columns).fill(1);
  const adjusted: number[] = [];
  const unadjusted: number[] = [];
  for (let j = 0; j < features.columns; j++) {
    const sd = reference.value.sd[j] as number;
    const standard = columnOf(features, j).map((x) => (x - (reference.value.mean[j] as number)) / sd);
    const variance = sampleVariance(standard);
    if (!(sd > 0 && variance > 0)) {
      unadjusted.push(j);
      continue;
    }
    adjusted.push(j);
    location[j] = mean(standard);
    scale[j] = variance;
  }
  if (adjusted.length < 2) return absent('combat-features', { n: adjusted.length });
  const prior = sitePrior(
    adjusted.map((j) => location[j] as number),
    adjusted.map((j) => scale[j] as number),
  );
  if (prior === undefined) return absent('combat-no-prior');
  for (const j of adjusted) {
    const posterior = shrink(location[j] as number, scale[j] as number, n, prior);
    location[j] = posterior.location;
    scale[j] = posterior.scale;
  }
  return { value: { transductive: true, n, location, scale, unadjusted, reference: reference.hash } };
}

/** Brings a site's features to the reference's location and scale: ((z − γ)/√δ) · σ + μ. */
export function harmonise(
  reference: Frozen<'combat_reference'>,
  site: SiteAdaptation,
  features: Matrix,
): Matrix {
  checkWidth(reference, features);
  if (site.reference !== reference.hash) {
    throw new StatsInputError('this site was adapted to another ComBat reference: adapt it again');
  }
  const left = new Set(site.unadjusted);
  const harmonised = zeros(features.rows, features.columns);
  for (let i = 0; i < features.data.length; i++) {
    const j = i % features.columns;
    const x = features.data[i] as number;
    const [mu, sd] = [reference.value.mean[j] as number, reference.value.sd[j] as number];
    const centred = (x - mu) / sd - (site.location[j] as number);
    harmonised.data[i] = left.has(j) ? x : (centred / Math.sqrt(site.scale[j] as number)) * sd + mu;
  }
  return harmonised;
}

/** Normal prior of the locations and inverse-gamma prior of the scales, by moments over features. */
interface SitePrior {
  readonly location: number;
  readonly locationVariance: number;
  readonly shape: number;
  readonly rate: number;
}

function sitePrior(locations: readonly number[], scales: readonly number[]): SitePrior | undefined {
  const centre = mean(scales);
  const spread = sampleVariance(scales);
  if (!(spread > 0)) return undefined;
  return {
    location: mean(locations),
    locationVariance: sampleVariance(locations),
    shape: (2 * spread + centre * centre) / spread,
    rate: (centre * spread + centre ** 3) / spread,
  };
}

/** The posterior means of one feature, iterated until they are still. */
function shrink(
  location: number,
  scale: number,
  n: number,
  prior: SitePrior,
): { location: number; scale: number } {
  let g = location;
  let d = scale;
  for (let change = Number.POSITIVE_INFINITY, round = 0; change > 1e-12 && round < 10_000; round++) {
    const pull = prior.locationVariance * n;
    const nextG = (pull * location + d * prior.location) / (pull + d);
    const squares = (n - 1) * scale + n * (location - nextG) ** 2;
    const nextD = (squares / 2 + prior.rate) / (n / 2 + prior.shape - 1);
    change = Math.max(Math.abs(nextG - g), Math.abs(nextD - d) / d);
    g = nextG;
    d = nextD;
  }
  return { location: g, scale: d };
}

function checkWidth(reference: Frozen<'combat_reference'>, features: Matrix): void {
  checkMatrix('features', features);
  const expected = reference.value.mean.length;
  if (features.columns !== expected) {
    throw new StatsInputError(`features have ${features.columns} columns, the reference has ${expected}`);
  }
}
