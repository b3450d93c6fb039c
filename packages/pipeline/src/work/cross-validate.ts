import { outOfFold, summarise } from '@radweave/analysis/folds/summary';
import {
  type Config,
  type CrossValidationRow,
  crossValidationFiles,
  isConfigFile,
  jsonWith,
  readConfig,
  readFolds,
  refuseOthers,
  requireWritable,
  SPLITS,
  type Split,
  sharedConfig,
  tableWith,
  UsageError,
  writeConfig,
  writeCrossValidation,
  writeFolds,
  writeOutOfFold,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type FoldSettings, foldRun, trainFolds } from '@radweave/network/folds/fold-run';
import { requireEngineSettings } from '@radweave/network/open/engine-settings';
import { readSliceTable } from '@radweave/network/slices/load';
import { nameFlag, type RunWish } from '@radweave/network/training/open-run';
import { resumedConfig } from '@radweave/network/training/resume-check';
import { openSplitFolder } from '@radweave/study/cohort/split-folder';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { type CrossFold, patientsHash, planFolds, planHospitals } from '@radweave/study/folds/plan';
import { newRunName, RunFolder } from '@radweave/study/runs/run-folder';

export interface CrossValidateOptions extends RunWish {
  /** K stratified folds of the home patients, or every hospital of the cohort left out in turn. */
  by: { folds: number } | 'hospital';
}

export interface CrossValidateResult {
  name: string;
  modality: string;
  model: string;
  runs: string[];
  table: string;
  outOfFold: string;
  /** Confidence level of the intervals of `rows`. */
  level: number;
  rows: CrossValidationRow[];
}

const HOSPITALS_CAUTION =
  'Leave-one-hospital-out trains on external hospitals. It is a separate analysis: never mix its numbers with the external ' +
  'validation, nor use its models for it.';

/**
 * Trains one model per fold and evaluates each on its held-out patients, once. The epoch of each is chosen on an inner
 * stratified part of its training patients.
 *
 * @throws InterruptedError when told to stop: finished folds are kept, `--resume` continues.
 */
export async function crossValidate(
  options: CrossValidateOptions,
  { config, name, logs }: OpenedCrossValidation,
  context: StageContext,
): Promise<CrossValidateResult> {
  const { modality, by } = options;
  if (by === 'hospital') warn(context, HOSPITALS_CAUTION);
  openSplitFolder(config.data, [modality], context);
  const folds = planned(config, modality, by);
  begin(options, config, logs, folds);
  const settings: FoldSettings = { config, modality, from: dividedSets(by), name, resumes: name };
  await trainFolds(settings, folds, context);
  const result = write(settings, folds, logs, by === 'hospital' ? [HOSPITALS_CAUTION] : []);
  say(context, `Cross-validation of ${modality}: ${result.table}`);
  return result;
}

export interface OpenedCrossValidation {
  config: Config;
  name: string;
  logs: string;
}

/** Finds the one to resume, or names a new one, and looks at all that needs no images. */
export function openCrossValidation(
  options: CrossValidateOptions,
  context: StageContext,
): OpenedCrossValidation {
  const { config, given = [], inFile = [], resume, modality } = options;
  const { name, output_dir } = config.experiment;
  const wanted = options.run || name;
  if (resume && wanted === '') {
    throw new UsageError('E_NO_RUN', 'the cross-validation to resume is not named', {
      hint: 'Add --run NAME',
    });
  }
  const own = wanted || newRunName(output_dir, config.model.name, modality, '_cv');
  const run = new RunFolder(output_dir, own);
  const { logs } = run;
  const isBegun = existsSync(crossValidationFiles(logs).folds);
  if (resume && !isBegun) {
    throw new UsageError('E_NO_RUN', `there is no cross-validation '${own}' to resume`, {
      where: logs,
      hint: 'Leave out --resume to start it',
    });
  }
  if (!resume && (isBegun || run.exists())) {
    throw new UsageError('E_RUN_EXISTS', `the run '${own}' exists already`, {
      where: logs,
      hint: `Add --resume to continue it, or use another ${nameFlag(options)}`,
    });
  }
  refuseOtherCrossValidation(logs, options);
  const saved = resume ? readConfig(crossValidationFiles(logs).config) : null;
  const merged = saved === null ? config : resumedConfig(saved, config, { given, inFile }, context);
  requireEngineSettings(merged);
  requireWritable(output_dir, '--output_dir');
  return { config: merged, name: own, logs };
}

/** @throws UsageError `E_OTHER_FILE`. */
function refuseOtherCrossValidation(logs: string, options: CrossValidateOptions): void {
  const { folds, config, table, outOfFold } = crossValidationFiles('');
  refuseOthers(logs, nameFlag(options), 'a file of a cross-validation of Radweave', {
    [folds]: jsonWith('identity'),
    [config]: isConfigFile,
    [table]: tableWith('fold', 'n_train'),
    [outOfFold]: tableWith('fold', 'patient_id'),
  });
}

/** The sets whose patients are divided among the folds. */
function dividedSets(by: CrossValidateOptions['by']): readonly Split[] {
  return by === 'hospital' ? SPLITS : ['train', 'val'];
}

function planned(config: Config, modality: string, by: CrossValidateOptions['by']): CrossFold[] {
  const { seed } = config.experiment;
  const rows = dividedSets(by).flatMap((split) => readSliceTable(config.data, split, modality).rows);
  const learned = { classes: config.model.num_classes, splitsDir: config.data.splits_dir };
  return by === 'hospital' ? planHospitals(rows, seed, learned) : planFolds(rows, by.folds, seed, learned);
}

/** `folds.json` comes last: it says that there is something to resume. */
function begin(options: CrossValidateOptions, config: Config, logs: string, folds: CrossFold[]): void {
  const path = crossValidationFiles(logs).folds;
  const identity = patientsHash(folds);
  if (options.resume) {
    if (readFolds(path).identity === identity) return;
    throw new UsageError(
      'E_RESUME_FOLDS',
      'the patients or folds differ from those that this cross-validation was started with',
      {
        where: path,
        hint: `Give the same --modality and --folds on the same split, or start a new one with another ${nameFlag(options)}`,
      },
    );
  }
  writeConfig(crossValidationFiles(logs).config, sharedConfig(config));
  writeFolds(path, { format: 1, identity });
}

function write(
  settings: FoldSettings,
  folds: readonly CrossFold[],
  logs: string,
  notes: readonly string[],
): CrossValidateResult {
  const { config, modality, name } = settings;
  const classes = config.model.num_classes;
  const evaluated = folds.map((fold) => ({ fold, run: foldRun(settings, fold) }));
  const patients = evaluated.flatMap(({ fold, run }) => outOfFold(fold, run));
  const { table, outOfFold: outOfFoldFile } = crossValidationFiles(logs);
  const { confidence_level: level } = config.evaluation;
  const rows = summarise(evaluated, patients, classes, notes, level);
  writeOutOfFold(outOfFoldFile, patients, classes);
  writeCrossValidation(table, rows);
  const runs = evaluated.map(({ run }) => run.name);
  return { name, modality, model: config.model.name, runs, table, outOfFold: outOfFoldFile, level, rows };
}
