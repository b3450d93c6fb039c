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
import { readSliceTable } from '@radweave/network/slices/load';
import { loadSplits, type Splits } from '@radweave/network/training/session-splits';
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
  const { settings, folds, identity, splits } = await planned(options, context);
  const logits = await whileOpen(splits, async () => {
    await trainFolds(settings, folds, context);
    return await logitsOfAll(settings, folds, splits, context);
  });
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
  const { settings, folds, splits } = await planned(options, context);
  const fold = folds[number - 1];
  if (fold === undefined) throw new RangeError(`there is no fold ${number} of ${folds.length}`);
  await whileOpen(splits, () => trainFolds(settings, folds, context, [fold]));
  return { best: foldRun(settings, fold).best };
}

interface Planned {
  settings: FoldSettings;
  folds: CrossFold[];
  identity: string;
  /** Decoded before a model is trained, though those of validation and test are needed last: what cannot be used is told at once. */
  splits: Splits;
}

async function whileOpen<T>(splits: Splits, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const split of Object.values(splits)) split.close();
  }
}

/** Who is held out of which fold, and how its model is trained. */
async function planned(options: CrossFitOptions, context: StageContext): Promise<Planned> {
  const { modality, folds: count } = options;
  openSplitFolder(options.config.data, [modality], context);
  const config = await crossFitConfig(options, context);
  requireEngineSettings(config);
  requireWritable(config.experiment.output_dir, '--set experiment.output_dir=FOLDER');
  const { rows } = readSliceTable(config.data, 'train', modality);
  const learned = { classes: config.model.num_classes, splitsDir: config.data.splits_dir };
  const folds = planFolds(rows, count, config.experiment.seed, learned);
  const identity = identityOf(config, modality, folds);
  const name = `${modality}_crossfit${count}_${identity.slice(0, 8)}`;
  const splits = await loadSplits(config, modality, context);
  return { settings: { config, modality, from: ['train'], name }, folds, identity, splits };
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
