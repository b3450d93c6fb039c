import { basename, dirname, join } from 'node:path';
import {
  auditFolder,
  type Config,
  evaluatedNetwork,
  evaluationFolder,
  explanationsFolder,
  type FileHashes,
  featureSetPath,
  featureTablePath,
  folderName,
  fusionFolder,
  logitsPath,
  logitsRecordPath,
  readEvaluation,
  readSplitSummary,
  SPLITS,
  type Split,
  slicePredictionsPath,
  splitPath,
} from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';

/** What the steps of one modality's network left. */
export interface Network {
  modality: string;
  run: string;
  checkpoint: string;
  /** Folder of the run's logs. */
  logs: string;
}

/** What a step reads of a file or folder, where it is not the whole. */
export interface Part {
  path: string;
  /** A plain value. */
  value: unknown;
}

/** What a step reads, by name: files, folders, or parts of them. What is not there is left out. */
export type Reads = Readonly<Record<string, string | Part>>;

const bySplit = (name: string, path: (split: Split) => string): Reads =>
  Object.fromEntries(SPLITS.map((split) => [`${split} ${name}`, path(split)]));

const withoutMissing = (reads: Reads): Reads =>
  Object.fromEntries(Object.entries(reads).filter(([, at]) => typeof at !== 'string' || existsSync(at)));

/** The files and folders of a list. */
export function pathsOf(reads: Reads): string[] {
  return Object.values(reads).flatMap((at) => (typeof at === 'string' ? [at] : []));
}

/**
 * The raw folders: the names of everything below the root, and the contents of the images that are looked at. Neither size
 * nor time tells that an image is another.
 */
export function rawReads({ data }: Config, hashes: FileHashes): Reads {
  const { root_dir, modalities } = data;
  if (root_dir === null || !existsSync(root_dir)) return {};
  const isLookedAt = (name: string): boolean =>
    /\.png$/i.test(name) && modalities.includes(basename(dirname(name)).normalize('NFC'));
  return { images: { path: root_dir, value: hashes.folder(root_dir, isLookedAt) } };
}

/** Records in the folder of the splits. */
export function splitRecords({ data }: Config, ...names: readonly string[]): Reads {
  return withoutMissing(Object.fromEntries(names.map((name) => [name, join(data.splits_dir, name)])));
}

/** What the summary of the split says, apart from places and the hashes of files that hold places. */
export function summaryReads({ data }: Config): Reads {
  const path = join(data.splits_dir, 'summary.json');
  const { root_dir, hashes, ...value } = readSplitSummary(path);
  return { 'summary.json': { path, value } };
}

/** What an evaluation needs of the summary. */
export function homeReads({ data }: Config): Reads {
  const path = join(data.splits_dir, 'summary.json');
  return { 'home hospital': { path, value: readSplitSummary(path).home_hospital } };
}

/** The split files of a modality, paths and all. */
export function splitReads({ data }: Config, modality: string): Reads {
  return bySplit(`split of ${modality}`, (split) => splitPath(data.splits_dir, split, modality));
}

/** Which slices a split of a modality has, in which order, and their pixels: what a network learns from, wherever they lie. */
export function sliceReads({ data }: Config, modality: string, splits: readonly Split[] = SPLITS): Reads {
  const path = join(data.splits_dir, 'summary.json');
  const hashes = readSplitSummary(path).slices?.[modality];
  return Object.fromEntries(
    splits.map((split) => [`${split} slices of ${modality}`, { path, value: hashes?.[split] ?? null }]),
  );
}

/** Tables and records of a modality's features. */
export function featureRecords({ data }: Config, modality: string): Reads {
  const { features_dir } = data;
  return withoutMissing({
    ...bySplit(`feature table of ${modality}`, (split) => featureTablePath(features_dir, split, modality)),
    ...bySplit(`feature record of ${modality}`, (split) => featureSetPath(features_dir, split, modality)),
  });
}

/** Arrays, tables and records of a modality's features. */
export function featureReads(config: Config, modality: string): Reads {
  const folder = folderName('modality', modality);
  const arrays = bySplit(`features of ${modality}`, (split) => join(config.data.features_dir, split, folder));
  return { ...withoutMissing(arrays), ...featureRecords(config, modality) };
}

/** Whose out-of-fold logits of a modality there are; nothing where nobody has cross-fitted it. */
export function logitRecords({ data }: Config, modality: string): Reads {
  const path = logitsRecordPath(data.features_dir, modality);
  return withoutMissing({ [`record of the logits of ${modality}`]: path });
}

/** Out-of-fold logits of a modality and their record. */
export function logitReads(config: Config, modality: string): Reads {
  const path = (split: Split): string => logitsPath(config.data.features_dir, split, modality);
  return { ...withoutMissing(bySplit(`logits of ${modality}`, path)), ...logitRecords(config, modality) };
}

const FUSION_FILES = {
  'fusion model': 'model.json',
  'fusion metrics': 'metrics.csv',
  'train fusion predictions': 'predictions_train.csv',
  'val fusion predictions': 'predictions_val.csv',
  'test fusion predictions': 'predictions_test.csv',
} as const;

/** What `fuse` left, or some of it. */
export function fusionReads(
  config: Config,
  names: readonly (keyof typeof FUSION_FILES)[] = Object.keys(FUSION_FILES) as (keyof typeof FUSION_FILES)[],
): Reads {
  const folder = fusionFolder(config);
  return withoutMissing(Object.fromEntries(names.map((name) => [name, join(folder, FUSION_FILES[name])])));
}

/** What training a network left: its best checkpoint and what that says of every slice. */
export function networkReads({ modality, checkpoint, logs }: Network): Reads {
  return withoutMissing({
    [`checkpoint of ${modality}`]: checkpoint,
    ...bySplit(`slice predictions of ${modality}`, (split) => slicePredictionsPath(logs, split)),
  });
}

/** How the training of a network went. */
export function historyReads({ modality, checkpoint, logs }: Network): Reads {
  return withoutMissing({
    [`history of ${modality}`]: join(logs, 'training_history.csv'),
    [`record of the run of ${modality}`]: join(checkpoint, '..', 'run.json'),
  });
}

/** What a network was trained with. */
export function trainedWithReads({ modality, logs }: Network): Reads {
  return withoutMissing({ [`configuration of the run of ${modality}`]: join(logs, 'config.yaml') });
}

/** The decisions that were frozen for a network: other models' results change nothing in its explanations. */
export function decisionReads(config: Config, modality: string): Reads {
  const path = join(evaluationFolder(config), 'evaluation.json');
  if (!existsSync(path)) return {};
  const value = evaluatedNetwork(readEvaluation(path), modality)?.frozen ?? null;
  return { [`frozen decisions for the network of ${modality}`]: { path, value } };
}

/** What an evaluation found. */
export function evaluationReads(config: Config): Reads {
  return withoutMissing({ evaluation: join(evaluationFolder(config), 'evaluation.json') });
}

/** The decisions that an evaluation froze. */
export function frozenReads(config: Config): Reads {
  return withoutMissing({ 'frozen decisions': join(evaluationFolder(config), 'frozen') });
}

/** Every run of the output folder: the audit asks each whom it has seen, and fold models whom they must not have seen. */
export function runReads({ experiment, model }: Config): Reads {
  const folder = join(experiment.output_dir, 'checkpoints');
  const runs = existsSync(folder) ? readdirSync(folder) : [];
  const reads = runs
    .filter((run) => existsSync(join(folder, run, 'run.json')))
    .flatMap((run): [string, string][] => [
      [`checkpoint of the run ${run}`, join(folder, run, 'best_model.pth')],
      [`record of the run ${run}`, join(folder, run, 'run.json')],
      ...heldOutReads(join(experiment.output_dir, 'logs', run, 'splits'), run),
    ]);
  const initial = model.weights === null ? {} : { 'initial weights': model.weights };
  return withoutMissing({ ...Object.fromEntries(reads), ...initial });
}

function heldOutReads(splits: string, run: string): [string, string][] {
  const names = existsSync(splits) ? readdirSync(splits) : [];
  return names
    .filter((name) => /^test_.*\.csv$/.test(name))
    .map((name) => [`${name} of the run ${run}`, join(splits, name)]);
}

/** What a report shows where somebody has made it. */
export function shownReads(config: Config): Reads {
  const { output_dir } = config.experiment;
  const explained = config.data.modalities.map((modality): [string, string] => [
    `explanations of ${modality}`,
    explanationsFolder(output_dir, modality),
  ]);
  return withoutMissing({
    ...Object.fromEntries(explained),
    audit: join(auditFolder(config), 'audit.json'),
    'site audit': join(output_dir, 'harmonize', 'harmonize.json'),
    'table of the site audit': join(output_dir, 'harmonize', 'site_audit.json'),
  });
}
