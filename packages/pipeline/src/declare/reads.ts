import { basename, dirname, join } from 'node:path';
import {
  auditFiles,
  auditFolder,
  type Config,
  evaluatedFusion,
  evaluatedNetwork,
  evaluationFiles,
  evaluationFolder,
  explanationsFolder,
  type FileHashes,
  featureSetPath,
  featureTablePath,
  folderName,
  fusionFiles,
  fusionFolder,
  harmonizeFiles,
  harmonizeFolder,
  hashValue,
  localPlace,
  logitsPath,
  logitsRecordPath,
  predictionsPath,
  readEvaluation,
  readSplitSummary,
  relativeToOutput,
  SPLITS,
  type Split,
  type StageInput,
  slicePredictionsPath,
  splitFiles,
  splitPath,
  tuneFiles,
  tuneFolder,
} from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { RunFolder, runsIn } from '@radweave/study/runs/run-folder';

/** A modality's network, and the run that trained it. */
interface Network {
  modality: string;
  run: RunFolder;
}

export function networksOf({ experiment }: Config, runs: Readonly<Record<string, string>>): Network[] {
  return Object.entries(runs).map(([modality, name]) => ({
    modality,
    run: new RunFolder(experiment.output_dir, name),
  }));
}

/** What a step reads of a file or folder, where it is not the whole. */
export interface Part {
  path: string;
  value: unknown;
}

/** What a step reads, by name: files, folders, or parts of them. What is not there is left out. */
export type Reads = Readonly<Record<string, string | Part>>;

/** What a step reads, as its record has it. */
export function inputsOf(reads: Reads, hashes: FileHashes): StageInput[] {
  return Object.entries(reads).map(([name, at]): StageInput => {
    if (typeof at === 'string') return { name, ...hashes.fingerprint(at) };
    return { name, path: at.path, kind: 'part', sha256: hashValue(at.value) };
  });
}

const bySplit = (name: string, path: (split: Split) => string): Reads =>
  Object.fromEntries(SPLITS.map((split) => [`${split} ${name}`, path(split)]));

const withoutMissing = (reads: Reads): Reads =>
  Object.fromEntries(Object.entries(reads).filter(([, at]) => typeof at !== 'string' || existsSync(at)));

/** What is read for each of several items. */
export function together<T>(items: readonly T[], reads: (item: T) => Reads): Reads {
  return Object.assign({}, ...items.map(reads));
}

export function pathsOf(reads: Reads): string[] {
  return Object.values(reads).flatMap((at) => (typeof at === 'string' ? [at] : []));
}

/** Which files below the data root are images of the study, by their path below it. */
export function isLookedAt({ modalities, table }: Config['data']): (name: string) => boolean {
  return (name) =>
    /\.png$/i.test(name) &&
    // A table may name any folder.
    (table !== null || modalities.includes(basename(dirname(name)).normalize('NFC')));
}

/**
 * The raw folders: the names of everything below the root, and the contents of the images that are looked at. Neither size
 * nor time tells that an image is another.
 */
export function rawReads({ data }: Config, hashes: FileHashes): Reads {
  const { root_dir, table } = data;
  const told: Reads = table === null || !existsSync(table) ? {} : { table };
  if (root_dir === null || !existsSync(localPlace(root_dir))) return told;
  return {
    ...told,
    images: { path: root_dir, value: hashes.folder(localPlace(root_dir), isLookedAt(data)) },
  };
}

export function splitRecords({ data }: Config, ...names: readonly string[]): Reads {
  return withoutMissing(Object.fromEntries(names.map((name) => [name, join(data.splits_dir, name)])));
}

/** What the summary of the split says, apart from places and the hashes of files that hold places. */
export function summaryReads({ data }: Config): Reads {
  const path = splitFiles(data.splits_dir).summary;
  const { root_dir, made_with, hashes, ...value } = readSplitSummary(path);
  return { 'summary.json': { path, value } };
}

export function homeReads({ data }: Config): Reads {
  const path = splitFiles(data.splits_dir).summary;
  return { 'home hospital': { path, value: readSplitSummary(path).home_hospital } };
}

export function splitReads({ data }: Config, modality: string): Reads {
  return bySplit(`split of ${modality}`, (split) => splitPath(data.splits_dir, split, modality));
}

/** Which slices a split of a modality has, in which order, and their pixels: what a network learns from, wherever they lie. */
export function sliceReads({ data }: Config, modality: string, splits: readonly Split[] = SPLITS): Reads {
  const path = splitFiles(data.splits_dir).summary;
  const hashes = readSplitSummary(path).slices?.[modality];
  return Object.fromEntries(
    splits.map((split) => [`${split} slices of ${modality}`, { path, value: hashes?.[split] ?? null }]),
  );
}

/** The slices of a modality, also of users who divided the patients themselves. */
export function presentReads({ data }: Config, modality: string): Reads {
  const value = presentSlices(data, [modality])[modality] ?? null;
  return { [`slices of ${modality}`]: { path: splitFiles(data.splits_dir).summary, value } };
}

export function dataReads(config: Config, modalities: readonly string[]): Reads {
  return {
    ...together(modalities, (one) => sliceReads(config, one)),
    ...splitRecords(config, 'cohort.csv'),
  };
}

/** What a modality's features are: network, slices and arrays, by their hashes. */
export function featureRecords({ data }: Config, modality: string): Reads {
  const path = (split: Split): string => featureSetPath(data.features_dir, split, modality);
  return withoutMissing(bySplit(`feature record of ${modality}`, path));
}

function featureTables({ data }: Config, modality: string): Reads {
  const path = (split: Split): string => featureTablePath(data.features_dir, split, modality);
  return withoutMissing(bySplit(`feature table of ${modality}`, path));
}

/** Arrays, tables and records of a modality's features. */
export function featureReads(config: Config, modality: string): Reads {
  const folder = folderName('modality', modality);
  const arrays = bySplit(`features of ${modality}`, (split) => join(config.data.features_dir, split, folder));
  return {
    ...withoutMissing(arrays),
    ...featureTables(config, modality),
    ...featureRecords(config, modality),
  };
}

/** Whose out-of-fold logits of a modality there are; nothing where nobody has cross-fitted it. */
export function logitRecords({ data }: Config, modality: string): Reads {
  const path = logitsRecordPath(data.features_dir, modality);
  return withoutMissing({ [`record of the logits of ${modality}`]: path });
}

/** What tells whether a fusion is of the present features. */
export function fusedRecords(config: Config, modality: string): Reads {
  return { ...featureRecords(config, modality), ...logitRecords(config, modality) };
}

export function logitReads(config: Config, modality: string): Reads {
  const path = (split: Split): string => logitsPath(config.data.features_dir, split, modality);
  return { ...withoutMissing(bySplit(`logits of ${modality}`, path)), ...logitRecords(config, modality) };
}

type FusionRead = 'fusion model' | 'fusion metrics' | `${Split} fusion predictions`;

function fusionPlaces(folder: string): Record<FusionRead, string> {
  const { model, metrics } = fusionFiles(folder);
  return {
    'fusion model': model,
    'fusion metrics': metrics,
    'train fusion predictions': predictionsPath(folder, 'train'),
    'val fusion predictions': predictionsPath(folder, 'val'),
    'test fusion predictions': predictionsPath(folder, 'test'),
  };
}

/** What `fuse` left, or some of it. */
export function fusionReads(config: Config, wanted?: readonly FusionRead[]): Reads {
  const places = fusionPlaces(fusionFolder(config));
  if (wanted === undefined) return withoutMissing(places);
  return withoutMissing(Object.fromEntries(wanted.map((name) => [name, places[name]])));
}

/** The checkpoint of a modality, which every step names. */
export function checkpointReads({
  modality,
  checkpoint = '',
}: {
  modality: string;
  checkpoint?: string | undefined;
}): Reads {
  return withoutMissing({ [`checkpoint of ${modality}`]: checkpoint });
}

/** What training a network left: its best checkpoint and what that says of every slice. */
export function networkReads({ modality, run }: Network): Reads {
  return withoutMissing({
    [`checkpoint of ${modality}`]: run.best,
    ...bySplit(`slice predictions of ${modality}`, (split) => slicePredictionsPath(run.logs, split)),
  });
}

export function historyReads({ modality, run }: Network): Reads {
  return withoutMissing({
    [`history of ${modality}`]: run.history,
    [`record of the run of ${modality}`]: run.record,
  });
}

/** The decisions that were frozen for a network: other models' results change nothing in its explanations. */
export function decisionReads(config: Config, modality: string): Reads {
  const path = evaluationFiles(evaluationFolder(config)).record;
  if (!existsSync(path)) return {};
  const value = evaluatedNetwork(readEvaluation(path), modality)?.frozen ?? null;
  return { [`frozen decisions for the network of ${modality}`]: { path, value } };
}

/** Which fusion was evaluated. */
export function evaluatedFusionReads(config: Config): Reads {
  const path = evaluationFiles(evaluationFolder(config)).record;
  if (!existsSync(path)) return {};
  const folder = evaluatedFusion(config, readEvaluation(path));
  const value = folder === undefined ? null : relativeToOutput(config.experiment.output_dir, folder);
  return { 'evaluated fusion': { path, value } };
}

export function evaluationReads(config: Config): Reads {
  return withoutMissing({ evaluation: evaluationFiles(evaluationFolder(config)).record });
}

export function frozenReads(config: Config): Reads {
  return withoutMissing({ 'frozen decisions': evaluationFiles(evaluationFolder(config)).frozen });
}

/** Every run of the output folder: the audit asks each whom it has seen, and fold models whom they must not have seen. */
export function runReads({ experiment, model }: Config): Reads {
  const reads = runsIn(experiment.output_dir).flatMap((run): [string, string][] => [
    [`checkpoint of the run ${run.name}`, run.best],
    [`record of the run ${run.name}`, run.record],
    ...heldOutReads(run.splits, run.name),
    ...SPLITS.map((split): [string, string] => [
      `${split} slice predictions of the run ${run.name}`,
      slicePredictionsPath(run.logs, split),
    ]),
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
  const site = harmonizeFiles(harmonizeFolder(config));
  const explained = config.data.modalities.map((modality): [string, string] => [
    `explanations of ${modality}`,
    explanationsFolder(output_dir, modality),
  ]);
  const searched = config.data.modalities.map((modality): [string, string] => [
    `search of the settings of ${modality}`,
    tuneFiles(tuneFolder(config, modality)).record,
  ]);
  return withoutMissing({
    ...Object.fromEntries(explained),
    ...Object.fromEntries(searched),
    audit: auditFiles(auditFolder(config)).record,
    'site audit': site.record,
    'table of the site audit': site.siteAuditRecord,
  });
}
