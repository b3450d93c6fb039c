import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from './config/types.ts';
import { folderName } from './names.ts';
import type { Split } from './split.ts';

/**
 * Where everything lies: the names of all folders and files under splits, features and outputs. Files that exist once for
 * each split and modality have functions of their own beside their readers (`splitPath`, `featureTablePath`, `logitsPath`).
 */

export type Places<Names> = { readonly [Name in keyof Names]: string };

type Finder<Names> = (folder: string) => Places<Names>;

function finder<Names extends Readonly<Record<string, string>>>(names: Names): Finder<Names> {
  const all = Object.entries(names);
  return (folder) =>
    Object.fromEntries(all.map(([name, file]) => [name, join(folder, file)])) as Places<Names>;
}

/** What `preprocess` leaves beside the split files. */
export const SPLIT_FILES = {
  cohort: 'cohort.csv',
  exclusions: 'exclusions.csv',
  summary: 'summary.json',
  brightness: 'brightness.csv',
  rejected: 'rejected.csv',
  tableIssues: 'table_issues.csv',
  clinical: 'clinical.csv',
  log: 'preprocess.log',
  /** Folder of decoded slices. */
  decoded: '.slices',
} as const;
export const splitFiles = finder(SPLIT_FILES);

/**
 * The key under which checkpoints name patients: beside the folder of the splits, which may be made again, and apart from all
 * that is passed on, unless another file is named.
 */
export function studyKeyPath({
  splits_dir,
  study_key,
}: Pick<Config['data'], 'splits_dir' | 'study_key'>): string {
  return study_key ?? join(dirname(resolve(splits_dir)), 'study-private', 'study_key.txt');
}

/** What `align` leaves beside the table of each modality. */
export const alignedFiles = finder({
  record: 'aligned.json',
  patients: 'patients.csv',
  missing: 'missing.csv',
});

export const fusionFiles = finder({ model: 'model.json', metrics: 'metrics.csv' });

export const evaluationFiles = finder({
  record: 'evaluation.json',
  metrics: 'metrics.csv',
  comparisons: 'comparisons.csv',
  aggregation: 'aggregation.csv',
  heterogeneity: 'heterogeneity.csv',
  roc: 'roc.csv',
  calibration: 'calibration.csv',
  decision: 'decision_curve.csv',
  /** Folder of frozen decisions. */
  frozen: 'frozen',
});

export const planFiles = finder({
  plan: 'tasks.json',
  /** The settings of every task. */
  config: 'config.yaml',
});

/** What a task's folder holds; its lease is there too while a worker is at it. */
export const taskFiles = finder({ record: 'record.json' });

export const auditFiles = finder({
  record: 'audit.json',
  text: 'audit.txt',
  alike: 'similar_ids.csv',
});

/** What `radweave import` leaves beside the slices. */
export const importFiles = finder({
  mapping: 'mapping.yaml',
  table: 'import.csv',
  /** The patients under their pseudonyms, for `preprocess --table`. */
  patients: 'cohort_table.csv',
  sheet: 'contact_sheet.html',
  /** Folder of what was written of each series. */
  done: 'series',
  /** Which data root these are the records of, by its path from here. */
  output: 'output.txt',
});

/** What leads back to patients. */
export const privateFiles = finder({
  pseudonyms: 'pseudonyms.csv',
  leftOut: 'left_out.csv',
  uidKey: 'uid_key.txt',
  /** Of the files of the export, so that they are not read again while they stay as they are. */
  hashes: 'file_hashes.json',
});

export const HARMONIZE_FILES = {
  record: 'harmonize.json',
  siteAudit: 'site_audit.csv',
  siteAuditRecord: 'site_audit.json',
  features: 'harmonised_test',
  predictions: 'predictions_test.csv',
  metrics: 'metrics.csv',
} as const;
export const harmonizeFiles = finder(HARMONIZE_FILES);

/** What a cross-validation leaves beside its logs. */
export const crossValidationFiles = finder({
  folds: 'folds.json',
  config: 'config.yaml',
  table: 'cross_validation.csv',
  outOfFold: 'out_of_fold.csv',
});

/** Folders below the experiment's output folder; `checkpoints` and `logs` have one of each run. */
export const outputFolders = finder({
  checkpoints: 'checkpoints',
  logs: 'logs',
  explanations: 'explanations',
  visualizations: 'visualizations',
  /** Where maps place the patients, for `visualize` and `report` alike. */
  embeddings: 'embeddings',
  harmonize: 'harmonize',
  evaluation: 'evaluation',
  audit: 'audit',
  report: 'report',
  /** Manifests of `radweave run`. */
  manifests: 'run',
  /** The plan of the study and a folder for each of its tasks. */
  tasks: 'tasks',
  /** A folder for each modality whose settings were searched, with checkpoints, logs and tasks of its own. */
  tune: 'tune',
});

/** What a search of settings leaves in the folder of its modality. */
export const tuneFiles = finder({
  record: 'search.json',
  table: 'trials.csv',
  best: 'best.yaml',
  /** Folder of what each trial reached. */
  trials: 'trials',
});

/** The folder of the search of a modality's settings. */
export function tuneFolder({ experiment }: Config, modality: string): string {
  return join(outputFolders(experiment.output_dir).tune, folderName('modality', modality));
}

/** The output folder of the study, in the configuration of a search. */
export function studyOfSearch({ experiment }: Config): string {
  return dirname(dirname(experiment.output_dir));
}

/** What a trial of a search reached after so many epochs. */
export function trialResultPath(folder: string, trial: string, epochs: number): string {
  return join(tuneFiles(folder).trials, `${trial}_epoch${epochs}.json`);
}

/** The trial of such a file. */
export function trialIn(path: string): string {
  return basename(path).replace(/_epoch\d+\.json$/, '');
}

/** The patients of a split in a folder of fusion or evaluation. */
export function predictionsPath(folder: string, split: Split): string {
  return join(folder, `predictions_${split}.csv`);
}

/** A split's features of all modalities side by side; `.npy` and `.csv` are added. */
export function fusedFeaturesStem(folder: string, split: Split): string {
  return join(folder, `fused_${split}`);
}

/** Where the tables of a split's aligned patients lie. */
export function alignedFolder(featuresDir: string, split: Split): string {
  return join(featuresDir, split, 'aligned');
}

/** The best model of a run, of a modality, or of an output folder. */
export function bestModelPath(folder: string): string {
  return join(folder, 'best_model.pth');
}

/** Where fusion results go: `fusion.output_dir`, else `fusion` in the experiment's output folder. */
export function fusionFolder({ fusion, experiment }: Config): string {
  return fusion.output_dir ?? join(experiment.output_dir, 'fusion');
}

/** Where the maps of a modality's features, or of the `fused` ones, place the patients. */
export function embeddingsPath(outputDir: string, features: string): string {
  return join(outputFolders(outputDir).embeddings, `${folderName('modality', features)}.json`);
}

export function evaluationFolder({ experiment }: Config): string {
  return outputFolders(experiment.output_dir).evaluation;
}

export const LANGUAGES = ['en', 'zh'] as const;

export type Language = (typeof LANGUAGES)[number];

export function reportPath({ experiment }: Config, language: Language = 'en'): string {
  const name = language === 'en' ? 'report.html' : `report.${language}.html`;
  return join(outputFolders(experiment.output_dir).report, name);
}

export function harmonizeFolder({ experiment }: Config): string {
  return outputFolders(experiment.output_dir).harmonize;
}

export function auditFolder({ experiment }: Config): string {
  return outputFolders(experiment.output_dir).audit;
}
