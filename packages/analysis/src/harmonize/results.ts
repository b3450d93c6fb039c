import type { HarmonisedMetricsRow, HarmonisedPrediction, HarmonisedSite } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import { type FusedModel, scoreSplit, splitPredictions } from '../fusion/fused-model.ts';
import type { FusedSplit } from '../fusion/fused-split.ts';
import { fusionMetrics } from '../fusion/metrics.ts';
import type { Harmonisation } from './sites.ts';

/** Stands beside every number that harmonised features gave. */
export const TRANSDUCTIVE: Remark = remark('transductive');

/** The classifiers on the external patients: as extracted, and harmonised where a hospital was. */
export function harmonisedMetrics(
  model: FusedModel,
  extracted: FusedSplit,
  { test, sites }: Harmonisation,
): HarmonisedMetricsRow[] {
  const before = rowsOf(model, extracted, 'extracted').map((row) => {
    const site = sites.find(({ hospital }) => hospital === row.hospital);
    return site?.harmonised === false ? withNote(row, leftText(site)) : row;
  });
  const changed = new Set(sites.flatMap(({ hospital, harmonised }) => (harmonised ? [hospital] : [])));
  if (changed.size === 0) return before;
  const left = sites
    .filter(({ harmonised }) => !harmonised)
    .map((site) => `${site.hospital} ${leftText(site)}`);
  const after = rowsOf(model, test, 'harmonised')
    .filter(({ hospital }) => hospital === 'all' || changed.has(hospital))
    .map((row) => withNote(row, [TRANSDUCTIVE.text, ...(row.hospital === 'all' ? left : [])].join('; ')));
  return [...before, ...after];
}

/** The fused predictions of the external patients, each said to be transductive or not. */
export function harmonisedPredictions(
  model: FusedModel,
  { test, sites, harmonised }: Harmonisation,
): HarmonisedPrediction[] {
  return splitPredictions(model, scoreSplit(model, test), test).map((row, i) => {
    const site = sites.find(({ hospital }) => hospital === row.hospital);
    const isHarmonised = harmonised[i] === true;
    const why = isHarmonised ? TRANSDUCTIVE.text : leftText(site);
    return { ...withNote(row, why), transductive: isHarmonised ? 'yes' : 'no' };
  });
}

function leftText(site: HarmonisedSite | undefined): string {
  return remark('left-unharmonised', { reason: site?.reason ?? remark('hospital-unknown') }).text;
}

function withNote<Row extends { readonly note: string }>(row: Row, text: string): Row {
  return { ...row, note: row.note === '' ? text : `${text}; ${row.note}` };
}

function rowsOf(
  model: FusedModel,
  fused: FusedSplit,
  features: 'extracted' | 'harmonised',
): HarmonisedMetricsRow[] {
  return scoreSplit(model, fused)
    .flatMap((one) => fusionMetrics(one, model.file))
    .map((row) => ({
      model: row.model,
      hospital: row.hospital,
      positive_label: row.positive_label,
      features,
      transductive: features === 'harmonised' ? 'yes' : 'no',
      n: row.n,
      n_positive: row.n_positive,
      auc: row.auc,
      auc_lower: row.auc_lower,
      auc_upper: row.auc_upper,
      accuracy: row.accuracy,
      sensitivity: row.sensitivity,
      specificity: row.specificity,
      threshold: row.threshold,
      in_sample: row.in_sample,
      note: row.note,
    }));
}
