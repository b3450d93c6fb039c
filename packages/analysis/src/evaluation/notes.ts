import {
  type Config,
  DataError,
  type Evaluation,
  type FusionModelFile,
  fusionFolder,
  hashFile,
  UNKNOWN_NETWORK,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark } from '@radweave/remarks';
import { FusionResults } from '../fusion/fusion-results.ts';
import { chosenOnValidation, validationNote } from '../fusion/in-sample.ts';
import { changedSinceFused } from '../fusion/since-fused.ts';
import type { FusionModels } from './fusion-models.ts';
import type { NetworkSlices } from './network-models.ts';
import type { Unevaluated } from './unevaluated.ts';

/** What a reader of the whole evaluation must know. */
export function cautionsOf(
  { evaluation, experiment, data }: Pick<Config, 'evaluation' | 'experiment' | 'data'>,
  fusion: FusionModels | null,
  networks: readonly NetworkSlices[],
  isCompared: boolean,
  missing: readonly Unevaluated[],
  decisions: Evaluation['options']['decisions'],
  classes: number,
): Remark[] {
  const { aggregation, calibration } = evaluation;
  const { output_dir: outputDir } = experiment;
  return [
    ...inSampleNote(fusion),
    ...missing.map((one) => remark('unevaluated', one)),
    ...decisionNotes(decisions, networks, aggregation),
    ...validationNote(
      fusion === null ? [] : chosenOnValidation(fusion.file, outputDir),
      networks.filter(({ epochs }) => epochs > 1).map(({ modality }) => modality),
    ),
    ...networks.map(({ name, run }) => remark('network-is-run', { network: name, run })),
    ...networks.flatMap((network) => otherCheckpoint(network, fusion)),
    ...fusedBefore(fusion?.file ?? null, data.features_dir),
    ...(calibration === 'none'
      ? []
      : [remark(classes === 2 ? 'thresholds-uncalibrated' : 'ranks-uncalibrated')]),
    ...(isCompared ? [remark('nri-continuous')] : []),
    remark('bootstrap-percentiles'),
    remark('small-groups'),
  ];
}

function decisionNotes(
  decisions: Evaluation['options']['decisions'],
  networks: readonly NetworkSlices[],
  aggregation: string,
): Remark[] {
  if (decisions === 'taken over') {
    return [remark('decisions-taken-over')];
  }
  if (networks.length === 0) return [];
  return [aggregation === 'auto' ? remark('slices-by-best') : remark('slices-by', { aggregation })];
}

function inSampleNote(fusion: FusionModels | null): Remark[] {
  const own = (fusion?.file.modalities ?? []).filter(({ in_sample }) => in_sample === true);
  if (own.length === 0) return [];
  const code = fusion?.file.stacked === undefined ? 'fusion-in-sample' : 'fusion-in-sample-stacked';
  return [remark(code, { modalities: own.map(({ modality }) => modality) })];
}

/** A fusion whose features were extracted again, or edited, says nothing of them. */
export function fusedBefore(fusion: FusionModelFile | null, featuresDir: string): Remark[] {
  if (fusion === null) return [];
  const modalities = changedSinceFused(fusion, featuresDir);
  const isStacked = fusion.stacked !== undefined;
  return modalities.length === 0 ? [] : [remark('fused-before', { modalities, isStacked })];
}

/** {@link fusedBefore} of the study's fusion, for whoever does not need it: one that is damaged is told elsewhere. */
export function studyFusedBefore(config: Config): Remark[] {
  try {
    return fusedBefore(FusionResults.read(fusionFolder(config))?.model ?? null, config.data.features_dir);
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}

/** A fusion made of an older network is evaluated beside a newer one: the reader must not take them for one. */
function otherCheckpoint(network: NetworkSlices, fusion: FusionModels | null): Remark[] {
  const used = fusion?.file.modalities.find(({ modality }) => modality === network.modality);
  if (used === undefined || !existsSync(network.checkpoint)) return [];
  if (hashFile(network.checkpoint) === used.checkpoint_sha256) return [];
  const { name, modality } = network;
  if (used.checkpoint === UNKNOWN_NETWORK) return [remark('unknown-checkpoint', { network: name, modality })];
  return [remark('other-checkpoint', { network: name, file: used.checkpoint })];
}
