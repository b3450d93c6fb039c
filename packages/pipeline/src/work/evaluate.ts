import { aggregateNetwork } from '@radweave/analysis/evaluation/aggregate';
import { assemble, type Pause } from '@radweave/analysis/evaluation/assemble';
import type { Candidate } from '@radweave/analysis/evaluation/candidate';
import { readCohortFacts } from '@radweave/analysis/evaluation/cohort-facts';
import { type FrozenModel, freezeModel } from '@radweave/analysis/evaluation/freeze-model';
import { readFrozenFolder } from '@radweave/analysis/evaluation/frozen-folder';
import { type FusionModels, readFusionModels } from '@radweave/analysis/evaluation/fusion-models';
import { kindModels } from '@radweave/analysis/evaluation/kind-models';
import { type NetworkSlices, readNetworks } from '@radweave/analysis/evaluation/network-models';
import { cautionsOf } from '@radweave/analysis/evaluation/notes';
import { missingFusion, notEvaluated, type Unevaluated } from '@radweave/analysis/evaluation/unevaluated';
import { refuseOtherEvaluation, writeAll } from '@radweave/analysis/evaluation/write';
import {
  type Config,
  DataError,
  type EvaluatedModel,
  type Evaluation,
  evaluationFolder,
  type FrozenRecord,
  featureSetPath,
  fusionFolder,
  hashFile,
  inShell,
  labelNamesOf,
  readFeatureSet,
  relativeToOutput,
  SPLITS,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type StageContext, stopIfAsked, warn } from '@radweave/study/context/events';
import { warnOfDamagedRuns } from '@radweave/study/runs/run-folder';

/** Options of `evaluate`; the rest is in the `evaluation` section of the configuration. */
export interface EvaluateOptions {
  config: Config;
  modalities: string[];
  /** The run of a modality's network, where it is not to be the newest finished one on the present split. */
  runs: Record<string, string>;
  /** Folder of decisions frozen before, taken over instead of being fitted; null fits them. */
  frozen: string | null;
  /** Leaves the fusion out. */
  networksOnly: boolean;
  /** By default `evaluation` in the experiment's output folder. */
  outputDir: string | null;
}

export interface EvaluateResult
  extends Pick<
    Evaluation,
    'primary' | 'rows' | 'comparisons' | 'aggregation' | 'notes' | 'findings' | 'heterogeneity'
  > {
  outputDir: string;
  evaluationFile: string;
  modalities: string[];
  labelNames: string[];
  /** Confidence level of the intervals. */
  level: number;
  models: string[];
}

/**
 * Evaluates every model per patient, by split and hospital: the classifiers of the fusion, and the networks themselves.
 * Thresholds, calibrators and aggregations are frozen on home validation patients before anything else is looked at.
 *
 * @throws UsageError when there is nothing to evaluate; DataError when results belong to another split.
 */
export async function evaluate(options: EvaluateOptions, context: StageContext): Promise<EvaluateResult> {
  const outputDir = options.outputDir ?? evaluationFolder(options.config);
  refuseOtherEvaluation(outputDir);
  const evaluation = await evaluated(options, context);
  const evaluationFile = await writeAll(outputDir, evaluation);
  const { primary, models, rows, comparisons, aggregation, notes, findings, heterogeneity } = evaluation;
  return {
    outputDir,
    evaluationFile,
    modalities: options.modalities,
    labelNames: evaluation.label_names,
    level: evaluation.options.confidence_level,
    primary,
    models: models.map(({ name }) => name),
    rows,
    comparisons,
    aggregation,
    notes,
    findings,
    heterogeneity,
  };
}

async function evaluated(options: EvaluateOptions, context: StageContext): Promise<Evaluation> {
  const { config, modalities, runs } = options;
  const outputDir = config.experiment.output_dir;
  const facts = readCohortFacts(config.data, modalities);
  const fusion = options.networksOnly ? null : readFusionModels(fusionFolder(config), modalities, facts);
  const { networks, missing: lacking } = readNetworks({ config, modalities, runs }, facts);
  if (modalities.some((one) => runs[one] === undefined)) warnOfDamagedRuns(outputDir, context);
  const hasNoFusion = fusion === null && !options.networksOnly;
  const missing = [...(hasNoFusion ? [missingFusion(config, modalities)] : []), ...lacking];
  if (fusion === null && networks.length === 0) throw nothingToDo(config, missing);
  const labelNames = commonLabels(fusion, networks, facts.labelNames);
  const aggregated = networks.map((network) =>
    aggregateNetwork(
      network,
      config.evaluation,
      facts.isHome,
      frozenOf(options, network.name)?.aggregation ?? null,
    ),
  );
  const freeze = (candidate: Candidate, aggregation: FrozenRecord | null): FrozenModel => {
    const before = frozenOf(options, candidate.name);
    return freezeModel(candidate, labelNames.length, config.evaluation, facts.isHome, aggregation, before);
  };
  const fused = (fusion?.candidates ?? []).map((candidate) => freeze(candidate, null));
  const models = [
    ...fused,
    ...(fusion === null || fusion.kinds === null ? [] : kindModels(classifiersIn(fused), fusion.kinds)),
    ...aggregated.map(({ candidate, frozen }) => freeze(candidate, frozen)),
  ];
  const decisions = options.frozen === null ? 'fitted' : 'taken over';
  const notes = cautionsOf(
    config,
    fusion,
    networks,
    models.length > 1,
    missing,
    decisions,
    labelNames.length,
  );
  for (const one of missing) warn(context, notEvaluated(one));
  for (const note of notes) {
    if (note.code === 'fused-before' || note.code === 'unknown-checkpoint') warn(context, `${note.text}.`);
    const network = networks.find(
      ({ name }) => note.code === 'other-checkpoint' && name === note.params.network,
    );
    if (network === undefined) continue;
    const command = fuseOf(network, options, fusion?.file.stacked !== undefined);
    warn(context, `${note.text}. To fuse the features of this network: ${command}`);
  }
  const files = [...facts.files, ...(fusion?.files ?? []), ...networks.flatMap((network) => network.files)];
  return assemble(
    {
      config,
      homeHospital: facts.homeHospital,
      labelNames,
      models,
      aggregation: aggregated.flatMap(({ table }) => table),
      notes,
      decisions,
      sizes: fusion?.sizes ?? [],
      slices: facts.slices,
      inputs: files.map((path) => ({ path: relativeToOutput(outputDir, path), sha256: hashFile(path) })),
    },
    pauseIn(context),
  );
}

/** The commands that fuse a network's features, which may be extracted already. */
function fuseOf(
  { modality, checkpoint }: NetworkSlices,
  { config, runs }: EvaluateOptions,
  isStacked: boolean,
): string {
  const sha256 = hashFile(checkpoint);
  const isExtracted = SPLITS.every((split) => {
    const path = featureSetPath(config.data.features_dir, split, modality);
    return existsSync(path) && readFeatureSet(path).checkpoint_sha256 === sha256;
  });
  const named = runs[modality] === undefined ? '' : ` --checkpoint ${inShell(checkpoint)}`;
  const extract = isExtracted ? '' : `radweave extract --modality ${inShell(modality)}${named}; `;
  return `${extract}radweave fuse${isStacked ? ' --stack' : ''}`;
}

/** Of features: `stacked` predicts those who have all modalities only, who have `fused`. */
function classifiersIn(models: readonly FrozenModel[]): FrozenModel[] {
  return models.filter(({ kind }) => kind !== 'stacked');
}

function frozenOf({ frozen }: EvaluateOptions, model: string): EvaluatedModel['frozen'] | null {
  return frozen === null ? null : readFrozenFolder(frozen, model);
}

function pauseIn(context: StageContext): Pause {
  return async (task, done, total) => {
    context.emit({ kind: 'progress', task, done, total });
    await new Promise((resolve) => setImmediate(resolve));
    stopIfAsked(context, 'the evaluation');
  };
}

/** @throws DataError when models do not tell the same number of classes apart. */
function commonLabels(
  fusion: FusionModels | null,
  networks: readonly NetworkSlices[],
  names: readonly (string | undefined)[],
): string[] {
  const classes = fusion?.labelNames.length ?? networks[0]?.classes ?? 2;
  const odd = networks.find((network) => network.classes !== classes);
  if (odd !== undefined) {
    throw new DataError('E_CLASSES', `${odd.name} has ${odd.classes} labels, the other models ${classes}`, {
      where: odd.files[0],
      hint: 'Train every modality and fuse with the same labels',
    });
  }
  return fusion?.labelNames ?? labelNamesOf(classes, names);
}

function nothingToDo(config: Config, missing: readonly Unevaluated[]): UsageError {
  const why = missing.map(({ what }) => what.text).join('; ');
  return new UsageError('E_NOTHING_TO_EVALUATE', `there is nothing to evaluate: ${why}`, {
    where: config.experiment.output_dir,
    hint: `Run first: \`radweave train --modality ${inShell(config.data.modalities.slice(0, 1))}\` or \`radweave fuse\`; or name the folder with --output_dir`,
  });
}
