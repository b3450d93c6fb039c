import { basename, join } from 'node:path';
import { attempt } from '@radweave/analysis/audit/check';
import { type Alignment, align, alignIfStale, areAligned } from '@radweave/analysis/features/align';
import { allowsMissing } from '@radweave/analysis/features/known-patients';
import {
  type FusedModel,
  fitFusedModel,
  scoreSplit,
  splitPredictions,
} from '@radweave/analysis/fusion/fused-model';
import {
  columnNames,
  concatenate,
  type FusedSplit,
  having,
  loadEveryone,
  loadFusedSplit,
} from '@radweave/analysis/fusion/fused-split';
import { FusionResults } from '@radweave/analysis/fusion/fusion-results';
import {
  chosenOnValidation,
  inSampleOf,
  isChosen,
  validationNote,
} from '@radweave/analysis/fusion/in-sample';
import { fusionMetrics, type ScoredSplit } from '@radweave/analysis/fusion/metrics';
import { fitStack } from '@radweave/analysis/fusion/stack';
import {
  type Config,
  type FusionMetricsRow,
  fusedFeaturesStem,
  fusionFiles,
  fusionFolder,
  hashPredictions,
  isArrayOfTable,
  jsonWith,
  levelOf,
  predictionsPath,
  ResourceError,
  readPredictions,
  refuseOthers,
  replaceFilesTogether,
  SPLITS,
  type Split,
  tableWith,
  UsageError,
  writeFusedFeatures,
  writeFusionMetrics,
  writeFusionModel,
  writePredictions,
} from '@radweave/artifacts';
import { and, type Remark } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { requireModalityNames } from '@radweave/study/cohort/modality-names';
import { type StageContext, say, warn } from '@radweave/study/context/events';

/** Options of `fuse`; the rest is in the `fusion` section of the configuration. */
export interface FuseOptions {
  config: Config;
  /** In the order of concatenation. */
  modalities: string[];
  /** Also fit `stacked`, on the out-of-fold logits that `extract --cross_fit` has written. */
  stack?: boolean;
}

export interface FuseResult {
  outputDir: string;
  metricsFile: string;
  modelFile: string;
  modalities: string[];
  labelNames: string[];
  /** Confidence level of the intervals of `metrics`. */
  level: number;
  patients: Record<Split, number>;
  converged: boolean;
  /** The frozen threshold of the fused model; null with more than two classes. */
  threshold: number | null;
  /** Whether validation patients decided it. */
  isThresholdChosen: boolean;
  /** Everything of `metrics.csv`. */
  metrics: FusionMetricsRow[];
  /** What must be known to read all of them. */
  notes: Remark[];
}

/**
 * Fuses the modalities: each patient's slices are averaged, the modalities concatenated, standardised, and classified by
 * L2 logistic regression; each modality is also classified alone. Fitted on train, the
 * threshold chosen on validation by `evaluation.threshold_rule`.
 *
 * @throws DataError when features are missing, mixed or of another split, or train lacks a label.
 */
export async function fuse(options: FuseOptions, context: StageContext): Promise<FuseResult> {
  const { config, modalities } = options;
  const isAllowed = allowsMissing(config.data);
  checkModalities(modalities, isAllowed);
  const outputDir = fusionFolder(config);
  refuseOtherFusion(outputDir);
  const prepare = config.fusion.use_aligned ? alignIfStale : alignAgain;
  const alignment = await prepare(config, modalities, context);
  const load = isAllowed ? loadEveryone : loadFusedSplit;
  const splits = forEachSplit((split) => load(alignment, split, config.data.features_dir));
  const complete = forEachSplit((split) => having(splits[split], modalities));
  const model = fitFusedModel(alignment, splits, config, options.stack === true);
  if (isAllowed) model.file.missing = 'allow';
  if (options.stack === true) {
    model.stack = fitStack(model.modalities, complete, model.file.label_names, config);
    model.file.stacked = model.stack.file;
    model.warnings.push(...model.stack.warnings);
  }
  for (const text of model.warnings) warn(context, text);
  tellInSample(model, context);
  if (model.stack === null) tellUnstacked(outputDir, context);
  const scored = forEachSplit((split) => scoreSplit(model, splits[split]));
  const metrics = SPLITS.flatMap((split) => scored[split].flatMap((one) => fusionMetrics(one, model.file)));
  await replaceFilesTogether(
    outputDir,
    (folder) => writeAll(folder, { model, everyone: splits, complete, scored, metrics }),
    {
      last: basename(fusionFiles(outputDir).model),
      obsolete: [],
      unfinishedWithoutLast: true,
    },
  );
  return resultOf(config, model, complete, metrics);
}

/** @throws UsageError `E_OTHER_FILE`. */
function refuseOtherFusion(folder: string): void {
  const { model, metrics } = fusionFiles('');
  const ofSplit = SPLITS.flatMap((split) => {
    const stem = fusedFeaturesStem('', split);
    return [
      [`${stem}.csv`, tableWith('hospital', 'label')],
      [`${stem}.npy`, (path: string) => isArrayOfTable(path, join(folder, model))],
      [predictionsPath('', split), tableWith('label', 'predicted')],
    ] as const;
  });
  refuseOthers(folder, '--set fusion.output_dir=FOLDER', 'a file of a fusion of Radweave', {
    [model]: jsonWith('classifiers'),
    [metrics]: tableWith('split', 'model'),
    ...Object.fromEntries(ofSplit),
  });
}

/** As `align`. Where it may not write, tables that are there and still fit can be used as they are. */
async function alignAgain(
  config: Config,
  modalities: readonly string[],
  context: StageContext,
): Promise<Alignment> {
  try {
    return await align(config, modalities, context);
  } catch (error) {
    const isForbidden = error instanceof ResourceError && error.code === 'E_NOT_WRITABLE';
    if (!isForbidden || !areAligned(config.data.features_dir, modalities)) throw error;
    throw new ResourceError(error.code, 'the aligned tables cannot be written again', {
      where: error.where,
      hint: 'The existing tables fit these features: use them with --use_aligned',
      cause: error,
    });
  }
}

/** A warning, unless its remedy is there already. */
function tellInSample({ inSample, stack }: FusedModel, context: StageContext): void {
  if (inSample.length === 0) return;
  const text =
    `The training features of ${and(inSample)} are in-sample: their ${inSample.length === 1 ? 'network was' : 'networks were'} trained on the same ` +
    'patients, so the features look better than those of new patients and the classifier is over-confident.';
  if (stack === null) warn(context, `${text} Use cross-fitting.`);
  else say(context, `${text} Report 'stacked' as well, which was fitted on out-of-fold logits.`);
}

/** The plain command after a cross-fitting takes its model away. Of a fusion that cannot be read nothing is known. */
function tellUnstacked(outputDir: string, context: StageContext): void {
  if (attempt([], () => FusionResults.read(outputDir))?.model.stacked === undefined) return;
  warn(
    context,
    `This fusion has no 'stacked', which the one that it replaces in ${outputDir} had. To have it again, run radweave fuse --stack; a whole job keeps it with radweave run --cross_fit K.`,
  );
}

function checkModalities(modalities: readonly string[], isAllowed: boolean): void {
  if (modalities.length === 0 || new Set(modalities).size !== modalities.length) {
    throw new UsageError('E_MODALITIES', `'${modalities.join(' ')}' names no modality, or one twice`, {
      where: '--modalities',
    });
  }
  requireModalityNames(modalities, isAllowed);
}

interface Fusion {
  model: FusedModel;
  everyone: Record<Split, FusedSplit>;
  complete: Record<Split, FusedSplit>;
  scored: Record<Split, readonly ScoredSplit[]>;
  metrics: readonly FusionMetricsRow[];
}

/** Writes every file of a fusion into a folder. */
function writeAll(folder: string, { model, everyone, complete, scored, metrics }: Fusion): void {
  const { model: modelFile, metrics: metricsFile } = fusionFiles(folder);
  const { modalities } = model;
  for (const split of SPLITS) {
    const fused = complete[split];
    const { data } = concatenate(fused.pooled, modalities, fused.patients.length);
    writeFusedFeatures(fusedFeaturesStem(folder, split), {
      patients: fused.patients,
      data: Float32Array.from(data),
      names: columnNames(fused.pooled, modalities),
      in_sample: inSampleOf(model.sources, modalities, split),
    });
    const names = scored[split].map((one) => one.model);
    const path = predictionsPath(folder, split);
    writePredictions(
      path,
      splitPredictions(model, scored[split], everyone[split]),
      names,
      model.file.label_names,
    );
  }
  writeFusionMetrics(metricsFile, metrics, model.file.label_names);
  const predictions_sha256 = forEachSplit((split) =>
    hashPredictions(readPredictions(predictionsPath(folder, split))),
  );
  writeFusionModel(modelFile, { ...model.file, predictions_sha256 });
}

function resultOf(
  config: Config,
  model: FusedModel,
  splits: Record<Split, FusedSplit>,
  metrics: FusionMetricsRow[],
): FuseResult {
  const outputDir = fusionFolder(config);
  return {
    outputDir,
    metricsFile: fusionFiles(outputDir).metrics,
    modelFile: fusionFiles(outputDir).model,
    modalities: model.modalities,
    labelNames: model.file.label_names,
    level: levelOf(model.file.options),
    patients: forEachSplit((split) => splits[split].patients.length),
    converged: model.file.classifiers.every(({ converged }) => converged),
    threshold: metrics.find((row) => row.model === 'fused')?.threshold ?? null,
    isThresholdChosen: isChosen(model.file.classifiers[0]?.threshold ?? null),
    metrics,
    notes: validationNote(chosenOnValidation(model.file, config.experiment.output_dir)),
  };
}
