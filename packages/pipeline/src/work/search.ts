import { type Config, hashValue, splitHash, type TrialSettings, tuneFolder } from '@radweave/artifacts';
import type { FoldSettings } from '@radweave/network/folds/fold-run';
import { readSliceTable } from '@radweave/network/slices/load';
import { openSplitFolder } from '@radweave/study/cohort/split-folder';
import type { StageContext } from '@radweave/study/context/events';
import { type CrossFold, identityOf, planFolds } from '@radweave/study/folds/plan';
import { drawTrials } from '@radweave/study/search/draw-trials';
import { checked, readSpace } from '@radweave/study/search/space';

export interface SearchOptions {
  config: Config;
  modality: string;
}

export interface Trial {
  /** Its own: of other settings, folds or pixels it is another. */
  name: string;
  identity: string;
  settings: TrialSettings;
}

/** The trials of a search and the folds that score them. */
export interface DrawnSearch {
  trials: Trial[];
  folds: CrossFold[];
  patients: number;
  trained_on_hash: string;
}

/** The configuration in the folder of a search: who looks for the runs of the study finds none of a trial. */
export function ofSearch(config: Config, modality: string): Config {
  return { ...config, experiment: { ...config.experiment, output_dir: tuneFolder(config, modality) } };
}

/**
 * Draws the trials and divides the training patients; nobody else's slices are listed.
 *
 * @throws UsageError where the space cannot be searched; DataError where the patients cannot be divided.
 */
export function drawSearch({ config, modality }: SearchOptions, context: StageContext): DrawnSearch {
  const settings = drawTrials(readSpace(config), config.tune);
  openSplitFolder(config.data, [modality], context);
  const { rows, patients } = readSliceTable(config.data, 'train', modality);
  const learned = { classes: config.model.num_classes, splitsDir: config.data.splits_dir };
  const folds = planFolds(rows, config.tune.folds, config.experiment.seed, learned);
  const common = identityOf(config, modality, folds);
  const trials = settings.map((own, i): Trial => {
    const identity = hashValue([common, own]);
    return { name: `trial${i + 1}_${identity.slice(0, 8)}`, identity, settings: own };
  });
  const trained_on_hash = splitHash(patients.map((one) => ({ ...one, split: 'train' })));
  return { trials, folds, patients: patients.length, trained_on_hash };
}

export function trialRuns({ config, modality }: SearchOptions, { name, settings }: Trial): FoldSettings {
  const own = checked(config, settings);
  // From its last checkpoint a trial goes on.
  const experiment = { ...own.experiment, save_best_only: true, save_last: true };
  return { config: { ...own, experiment }, modality, from: ['train'], name };
}
