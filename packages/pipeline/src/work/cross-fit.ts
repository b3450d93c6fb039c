import { basename } from 'node:path';
import {
  type Config,
  hashFile,
  logitsPath,
  logitsRecordPath,
  replaceFilesTogether,
  requireWritable,
  SPLITS,
  type Split,
  writeLogits,
  writeLogitsRecord,
} from '@radweave/artifacts';
import { engineVersions } from '@radweave/network/compute/versions';
import { crossFitConfig } from '@radweave/network/folds/config';
import { type AllLogits, logitsOfAll } from '@radweave/network/folds/fold-logits';
import { type FoldSettings, foldRun, trainFolds } from '@radweave/network/folds/fold-run';
import { requireEngineSettings } from '@radweave/network/open/engine-settings';
import { readSliceTable, requireImages } from '@radweave/network/slices/load';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { openSplitFolder } from '@radweave/study/cohort/split-folder';
import { type StageContext, say } from '@radweave/study/context/events';
import { type CrossFold, identityOf, planFolds } from '@radweave/study/folds/plan';
import { resolveDevice } from '@radweave/torch';

/** What `extract --cross_fit K` is asked to do. */
export interface CrossFitOptions {
  config: Config;
  modality: string;
  /** Architecture: chooses among runs. */
  model?: string | undefined;
  /** Whose settings to train with: a file of this program, or undefined for the newest best run on the present split. */
  checkpoint?: string | undefined;
  folds: number;
}

/** One of its folds, from 1. */
export interface FoldOptions extends CrossFitOptions {
  fold: number;
}

export interface CrossFitResult {
  modality: string;
  model: string;
  folds: number;
  runs: string[];
  tables: Record<Split, string>;
  patients: Record<Split, number>;
  record: string;
}

/**
 * Trains K models on patient-grouped, stratified folds of the training set and writes logits: of every training patient by
 * the one model that did not see it, of validation and external patients the mean of all K models.
 *
 * Each model's epoch is chosen on an inner stratified part of its own training patients: not on the held-out fold, whose
 * logits would be chosen to be good, nor on the validation set, on which the stack's threshold is chosen later. Features of
 * the K models lie in K different spaces and are never written.
 *
 * @throws InterruptedError when told to stop: finished folds are kept, the same command continues.
 */
export async function crossFit(options: CrossFitOptions, context: StageContext): Promise<CrossFitResult> {
  const { settings, folds, identity } = await planned(options, context);
  await trainFolds(settings, folds, context);
  const logits = await logitsOfAll(settings, folds, context);
  const result = await write(settings, identity, logits);
  const { modality, folds: count } = options;
  say(context, `Logits of ${modality} by ${count} cross-fitted models: ${result.record}`);
  return result;
}

/** Trains the model of one fold; {@link crossFit} then finds it finished. @throws as crossFit. */
export async function trainFold(
  { fold: number, ...options }: FoldOptions,
  context: StageContext,
): Promise<{ best: string }> {
  const { settings, folds } = await planned(options, context);
  const fold = folds[number - 1];
  if (fold === undefined) throw new RangeError(`there is no fold ${number} of ${folds.length}`);
  await trainFolds(settings, folds, context, [fold]);
  return { best: foldRun(settings, fold).best };
}

interface Planned {
  settings: FoldSettings;
  folds: CrossFold[];
  identity: string;
}

/** Who is held out of which fold, and how its model is trained. */
async function planned(options: CrossFitOptions, context: StageContext): Promise<Planned> {
  const { modality, folds: count } = options;
  openSplitFolder(options.config.data, [modality], context);
  const config = await crossFitConfig(options, context);
  requireEngineSettings(config);
  requireWritable(config.experiment.output_dir, '--set experiment.output_dir=FOLDER');
  const tables = forEachSplit((split) => readSliceTable(config.data, split, modality));
  const learned = { classes: config.model.num_classes, splitsDir: config.data.splits_dir };
  const folds = planFolds(tables.train.rows, count, config.experiment.seed, learned);
  const identity = identityOf(config, modality, folds);
  // Those of validation and test are decoded once all models are trained.
  await requireImages(modality, tables);
  const name = `${modality}_crossfit${count}_${identity.slice(0, 8)}`;
  return { settings: { config, modality, from: ['train'], name }, folds, identity };
}

/** Replaces tables and record together: tables without a record, or with another's hashes, are refused. */
async function write(
  { config, modality }: FoldSettings,
  identity: string,
  { tables: rows, models }: AllLogits,
): Promise<CrossFitResult> {
  const { data } = config;
  const { features_dir: folder } = data;
  const { name: model, num_classes: classes } = config.model;
  const tablesOf = (place: string): Record<Split, string> =>
    forEachSplit((split) => logitsPath(place, split, modality));
  const record = logitsRecordPath(folder, modality);
  const fill = (staging: string): void => {
    const made = tablesOf(staging);
    forEachSplit((split) => writeLogits(made[split], rows[split], classes));
    writeLogitsRecord(logitsRecordPath(staging, modality), {
      format: 1,
      modality,
      model,
      folds: models.length,
      classes,
      identity,
      slices_identity: presentSlices(data, [modality])[modality],
      models,
      tables: forEachSplit((split) => hashFile(made[split])),
      versions: engineVersions(resolveDevice(config.training.device)),
    });
  };
  await replaceFilesTogether(folder, fill, {
    last: basename(record),
    obsolete: [],
    unfinishedWithoutLast: true,
    shared: SPLITS,
  });
  const patients = forEachSplit((split) => rows[split].length);
  return {
    modality,
    model,
    folds: models.length,
    runs: models.map(({ run }) => run),
    tables: tablesOf(folder),
    patients,
    record,
  };
}
