import { join, resolve } from 'node:path';
import {
  type CohortCount,
  type CohortPatient,
  type Config,
  DataError,
  IssueCollector,
  lockFolder,
  readSplitSummary,
  SPLITS,
  type Split,
  type SplitSummary,
  slicesHash,
  splitHash,
  splitPath,
  UsageError,
  writeCohort,
  writeExclusions,
  writeRejected,
  writeSplit,
  writeSplitSummary,
} from '@radweave/artifacts';
import { appendFileSync, existsSync, mkdirSync, rmSync } from '@radweave/artifacts/files';
import { type AssignedMember, assignSplits, checkLabelRange } from '../cohort/assign.ts';
import {
  checkImages,
  findSharedImages,
  type ImageCheck,
  mergeFolds,
  withoutRejected,
} from '../cohort/images.ts';
import { type Gathered, gatherPatients, requireModalities } from '../cohort/patients.ts';
import { type FoundCohort, walkCohort } from '../cohort/walk.ts';
import { type StageContext, say, warn } from '../engine/events.ts';
import { forEachSplit } from '../features/for_each_split.ts';
import { RADWEAVE_VERSION } from '../versions.ts';

/** What `preprocess` is asked to do; everything is in the configuration. */
export interface PreprocessOptions {
  config: Config;
}

/** What `preprocess` gives. */
export interface PreprocessResult {
  splitsDir: string;
  summary: SplitSummary;
}

/**
 * Scans the raw folders, keeps patients with every asked modality, checks every image, and divides the patients: the
 * home hospital into train and validation, all other hospitals are the external test set.
 *
 * @throws DataError listing every conflict or bad image; nothing of an earlier split is changed then, except that
 *   `rejected.csv` is written.
 */
export async function preprocess(
  options: PreprocessOptions,
  context: StageContext,
): Promise<PreprocessResult> {
  const { config } = options;
  const { root_dir, modalities, splits_dir } = config.data;
  if (root_dir === null) {
    throw new UsageError('E_NO_ROOT', 'no data root is given', { mend: 'Give --root_dir, or data.root_dir' });
  }
  const found = walkCohort(root_dir, modalities);
  say(context, `${found.patients.length} patient folders in ${found.hospitals.join(', ')}.`);
  const lock = lockFolder(splits_dir, 'radweave preprocess');
  try {
    const { gathered, check, merged } = await usablePatients(found, config, context);
    checkLabelRange(gathered.members);
    const { home_hospital, train_ratio } = config.data;
    const { seed } = config.experiment;
    const members = assignSplits(gathered.members, home_hospital, train_ratio, seed, found.hospitals);
    if (!members.some(({ split }) => split === 'test')) {
      warn(context, `There is no hospital besides ${home_hospital}: the external test set is empty.`);
    }
    const summary = summarise(members, gathered, found, check, merged, config);
    writeAll(members, gathered, check, summary, config, context);
    writeLog(config, summary);
    return { splitsDir: resolve(splits_dir), summary };
  } finally {
    lock.release();
  }
}

async function usablePatients(
  found: FoundCohort,
  config: Config,
  context: StageContext,
): Promise<{ gathered: Gathered; check: ImageCheck; merged: number }> {
  const { modalities, image_size, resize, num_workers } = config.data;
  const { exclude_conflicts, skip_unreadable } = config.preprocess;
  const issues = new IssueCollector();
  const complete = requireModalities(gatherPatients(found, exclude_conflicts, issues), modalities);
  issues.throwIfErrors('the cohort has conflicts');
  const threads = num_workers === 0 ? undefined : num_workers;
  const check = await checkImages(complete.members, image_size, resize, threads, context);
  if (check.rejected.length > 0) refuseOrSkip(check, config, skip_unreadable, context);
  const readable = { ...complete, members: withoutRejected(complete.members, check) };
  const { members, merged } = mergeFolds(readable.members, check, issues);
  const still = requireModalities({ ...readable, members }, modalities);
  const gathered = findSharedImages(still, check, exclude_conflicts, issues);
  issues.throwIfErrors('the images have conflicts');
  if (gathered.members.length === 0) {
    throw new DataError(
      'E_NO_PATIENTS',
      `no patient has slices of every modality (${modalities.join(', ')})`,
      {
        mend: 'Check --modalities against the names of the modality folders',
      },
    );
  }
  return { gathered, check, merged };
}

function refuseOrSkip(check: ImageCheck, config: Config, skip: boolean, context: StageContext): void {
  const path = join(config.data.splits_dir, 'rejected.csv');
  writeRejected(path, check.rejected);
  const [first] = check.rejected;
  const text = `${check.rejected.length} images cannot be used, such as ${first?.image_path} (${first?.reason})`;
  if (skip) {
    warn(context, `${text}. They are left out and listed in ${path}.`);
    return;
  }
  const isSize = check.rejected.every(({ reason }) => reason.startsWith('SIZE'));
  throw new DataError('E_IMAGES', text, {
    where: path,
    mend: isSize
      ? 'Use --resize to resize them, or --image_size for another size'
      : 'Mend or remove them, or leave them out with --skip_unreadable',
  });
}

function summarise(
  members: readonly AssignedMember[],
  gathered: Gathered,
  found: FoundCohort,
  check: ImageCheck,
  merged: number,
  config: Config,
): SplitSummary {
  const excluded: Record<string, number> = {};
  for (const { reason } of gathered.exclusions) excluded[reason] = (excluded[reason] ?? 0) + 1;
  const files: Record<string, number> = { ...found.ignored, ...check.remarks };
  if (merged > 0) files['same slice in two folds'] = merged;
  if (check.rejected.length > 0) files.rejected = check.rejected.length;
  return {
    format: 1,
    counts: countCells(members, config.data.modalities),
    modalities: config.data.modalities,
    home_hospital: config.data.home_hospital,
    train_ratio: config.data.train_ratio,
    seed: config.experiment.seed,
    split_hash: splitHash(members),
    slices: Object.fromEntries(
      config.data.modalities.map((modality) => [modality, slicesHashes(members, modality, check)]),
    ),
    excluded,
    files,
    versions: { radweave: RADWEAVE_VERSION, node: process.version },
  };
}

/** The rows of a split file. */
function splitRows(
  members: readonly AssignedMember[],
  split: Split,
  modality: string,
): { path: string; label: number }[] {
  return members
    .filter((member) => member.split === split)
    .flatMap(({ slices, label }) => (slices.get(modality) ?? []).map(({ path }) => ({ path, label })));
}

function slicesHashes(
  members: readonly AssignedMember[],
  modality: string,
  { facts }: ImageCheck,
): Record<Split, string> {
  return forEachSplit((split) =>
    slicesHash(
      splitRows(members, split, modality).map((row) => ({
        ...row,
        pixels: facts.get(row.path)?.contentHash ?? '',
      })),
    ),
  );
}

function countCells(members: readonly AssignedMember[], modalities: readonly string[]): CohortCount[] {
  const cells = new Map<string, CohortCount>();
  for (const { hospital, label, split, slices } of members) {
    const key = JSON.stringify([split, hospital, label]);
    const cell = cells.get(key) ?? { hospital, label, split, patients: 0, slices: {} };
    cell.patients++;
    for (const modality of modalities) {
      cell.slices[modality] = (cell.slices[modality] ?? 0) + (slices.get(modality)?.length ?? 0);
    }
    cells.set(key, cell);
  }
  return [...cells.values()];
}

/** The summary is written last: a split without it is unfinished. */
function writeAll(
  members: readonly AssignedMember[],
  gathered: Gathered,
  check: ImageCheck,
  summary: SplitSummary,
  config: Config,
  context: StageContext,
): void {
  const { splits_dir, modalities } = config.data;
  const summaryPath = join(splits_dir, 'summary.json');
  removeOtherModalities(summaryPath, splits_dir, modalities, context);
  rmSync(summaryPath, { force: true });
  const relative = config.preprocess.relative_paths;
  for (const split of SPLITS) {
    for (const modality of modalities) {
      const rows = splitRows(members, split, modality).map(({ path, label }) => ({
        image_path: path,
        label,
      }));
      writeSplit(splitPath(splits_dir, split, modality), rows, { relative });
    }
  }
  const cohort = members.map(({ patient, hospital, label, split, slices }): CohortPatient => {
    const counts = Object.fromEntries(
      modalities.map((modality) => [modality, slices.get(modality)?.length ?? 0]),
    );
    return { patient, hospital, label, split, slices: counts };
  });
  writeCohort(join(splits_dir, 'cohort.csv'), cohort, modalities);
  writeExclusions(join(splits_dir, 'exclusions.csv'), gathered.exclusions);
  if (check.rejected.length === 0) rmSync(join(splits_dir, 'rejected.csv'), { force: true });
  writeSplitSummary(summaryPath, summary);
}

/** Split files of modalities that are no longer asked for would be of another split: they must not stay. */
function removeOtherModalities(
  summaryPath: string,
  splitsDir: string,
  modalities: readonly string[],
  context: StageContext,
): void {
  if (!existsSync(summaryPath)) return;
  const gone = readSplitSummary(summaryPath).modalities.filter((modality) => !modalities.includes(modality));
  for (const modality of gone) {
    for (const split of SPLITS) rmSync(splitPath(splitsDir, split, modality), { force: true });
    say(context, `The split files of ${modality} were of the split before and are removed.`);
  }
}

function writeLog(config: Config, summary: SplitSummary): void {
  const folder = config.preprocess.log_dir ?? config.data.splits_dir;
  mkdirSync(folder, { recursive: true });
  const line = JSON.stringify({ time: new Date().toISOString(), root_dir: config.data.root_dir, ...summary });
  appendFileSync(join(folder, 'preprocess.log'), `${line}\n`);
}
