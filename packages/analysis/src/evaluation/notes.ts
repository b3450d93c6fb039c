import { type Config, type Evaluation, hashFile } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { REPORT_STACKED } from '../fusion/in-sample.ts';
import type { FusionModels } from './fusion-models.ts';
import type { NetworkSlices } from './network-models.ts';
import { type Unevaluated, unevaluatedNote } from './unevaluated.ts';

/** What a reader of the whole evaluation must know. */
export function cautionsOf(
  evaluation: Config['evaluation'],
  fusion: FusionModels | null,
  networks: readonly NetworkSlices[],
  missing: readonly Unevaluated[],
  decisions: Evaluation['options']['decisions'],
  classes: number,
): string[] {
  const { aggregation, calibration } = evaluation;
  const ranked = classes === 2 ? 'thresholds apply' : 'AUC and average precision belong';
  return [
    ...inSampleNote(fusion),
    ...missing.map(unevaluatedNote),
    ...decisionNotes(decisions, networks, aggregation),
    ...networks.map(({ name, run }) => `${name} is run '${run}'`),
    ...networks.flatMap((network) => otherCheckpoint(network, fusion)),
    ...(calibration === 'none'
      ? []
      : [
          `${ranked} to probabilities before calibration; Brier score, calibration, net benefit, NRI and IDI are of calibrated probabilities`,
        ]),
    'NRI is the continuous (category-free) index',
    'bootstrap intervals are percentiles of resampled patients, stratified by label and hospital',
    'the smaller a group, the wider its intervals; where there is none, a note says why',
  ];
}

function decisionNotes(
  decisions: Evaluation['options']['decisions'],
  networks: readonly NetworkSlices[],
  aggregation: string,
): string[] {
  if (decisions === 'taken over') {
    return ['frozen decisions were taken over from an earlier evaluation, not fitted here'];
  }
  return networks.length === 0 ? [] : [aggregationNote(aggregation)];
}

function inSampleNote(fusion: FusionModels | null): string[] {
  const own = (fusion?.file.modalities ?? []).filter(({ in_sample }) => in_sample === true);
  if (own.length === 0) return [];
  const names = own.map(({ modality }) => modality).join(' and ');
  const remedy = fusion?.file.stacked === undefined ? 'cross-fitting is the remedy' : REPORT_STACKED;
  return [
    `the fusion was fitted on in-sample features of ${names}, which look better than those of new patients: ${remedy}`,
  ];
}

function aggregationNote(aggregation: string): string {
  return aggregation === 'auto'
    ? "slices become patients by the aggregation of highest validation AUC, so the networks' validation AUC is optimistic"
    : `slices become patients by ${aggregation}, set beforehand; the aggregation table compares the alternatives`;
}

/** A fusion made of an older network is judged beside a newer one: the reader must not take them for one. */
function otherCheckpoint(network: NetworkSlices, fusion: FusionModels | null): string[] {
  const used = fusion?.file.modalities.find(({ modality }) => modality === network.modality);
  if (used === undefined || !existsSync(network.checkpoint)) return [];
  if (hashFile(network.checkpoint) === used.checkpoint_sha256) return [];
  return [
    `${network.name} is another checkpoint than the one whose features were fused (${used.checkpoint})`,
  ];
}
