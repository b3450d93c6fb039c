import { resolve } from 'node:path';
import { CHART_WORDS } from '@radweave/analysis/figures/words';
import {
  type BrightnessRow,
  type Config,
  DataError,
  groupBy,
  IssueCollector,
  idOf,
  nameFault,
  type RejectedImage,
  readCohortTable,
  refuseColumnsAlone,
  requireWritable,
  type SplitSummary,
  splitFiles,
  UsageError,
} from '@radweave/artifacts';
import { appendFileSync, mkdirSync } from '@radweave/artifacts/files';
import { and, counted, offer } from '@radweave/remarks';
import { brightnessChart } from '@radweave/report/charts';
import {
  type AssignedMember,
  assignSplits,
  checkLabelRange,
  homesOf,
  requireHome,
  takeSplits,
} from '@radweave/study/cohort/assign';
import { cohortBelow, refuseOrLeaveOut } from '@radweave/study/cohort/cohort-below';
import { importAdvice, textOf } from '@radweave/study/cohort/foreign';
import type { FoundCohort } from '@radweave/study/cohort/found';
import {
  checkImages,
  findSharedImages,
  type ImageCheck,
  mergeFolds,
  refuseOrSkip,
  rejection,
  type Scan,
  scanHere,
  withoutRejected,
} from '@radweave/study/cohort/images';
import { refuseUnknownLabels, requireEachLearnable } from '@radweave/study/cohort/learnable';
import { requireModalityNames } from '@radweave/study/cohort/modality-names';
import {
  alikeHospitals,
  emptyClasses,
  externalOddities,
  lackingPatients,
  repeatedSlices,
  unkeptShare,
  unusedFiles,
} from '@radweave/study/cohort/oddities';
import {
  type CohortMember,
  type Gathered,
  gatherPatients,
  type LackingPatient,
  lackOf,
  requireModalities,
  underKeys,
} from '@radweave/study/cohort/patients';
import { keepOtherSplits, refuseOwnSplit } from '@radweave/study/cohort/split-folder';
import { type Division, writeDivision } from '@radweave/study/cohort/write-split';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { sayHidden } from './hidden-rows.ts';

/** Options of `preprocess`; everything is in the configuration. */
export interface PreprocessOptions {
  config: Config;
}

export interface PreprocessResult {
  splitsDir: string;
  summary: SplitSummary;
}

/** What lies in the raw folders, before anything is written. @throws UsageError without a data root or home hospital. */
export function findCohort({ config }: PreprocessOptions, context: StageContext): FoundCohort {
  const { root_dir, labels, modalities } = config.data;
  requireModalityNames(modalities, config.data.missing === 'allow');
  if (root_dir === null) {
    throw new UsageError('E_NO_ROOT', 'no data root is given', { hint: 'Give --root_dir, or data.root_dir' });
  }
  refuseOwnSplit(config.data.splits_dir);
  const found = underKeys(readFolders(root_dir, config.data, context));
  const { table } = found;
  const n = counted(found.patients.length, 'patient folder');
  say(
    context,
    found.hospitals.length === 0 ? `${n} as the table has them.` : `${n} in ${found.hospitals.join(', ')}.`,
  );
  saySameIds(found, context);
  if (found.labels !== null) {
    const order = labels === null ? ', in the order of their names (another: --labels)' : '';
    say(context, `Labels${order}: ${found.labels.map((name, label) => `${label} ${name}`).join(', ')}.`);
  }
  // Where table and folders do not agree, that is told first: the home hospital may be one that the table spells otherwise.
  if (table === null || table.issues.length === 0) requireOwnHome(config, found);
  if (config.preprocess.log_dir !== null) requireWritable(config.preprocess.log_dir, '--log_dir');
  return found;
}

/** Where no table says who is in which set. */
function requireOwnHome({ data }: Config, { table, hospitals, unread, labels }: FoundCohort): void {
  if ((table?.splits ?? null) !== null) return;
  if (unread.some(({ hospital, folder }) => hospital === data.home_hospital && folder === null)) {
    const classes = labels?.join(', ') ?? 'grade0, grade1, …';
    throw new DataError(
      'E_HOME_HOSPITAL',
      `the home hospital '${data.home_hospital}' was not read, because no folder in it is called ${classes}`,
      { where: '--home_hospital', hint: 'Call the folders of the classes alike in all hospitals' },
    );
  }
  requireHome(data.home_hospital, hospitals);
}

/** Where every hospital counts its patients from 1 nobody is two of them; where IDs are those of a whole country somebody is. */
function saySameIds({ patients }: FoundCohort, context: StageContext): void {
  const same = [...groupBy(patients, idOf)]
    .map(([id, own]) => [id, [...new Set(own.map(({ hospital }) => hospital))]] as const)
    .filter(([, own]) => own.length > 1);
  const [first] = same;
  if (first === undefined) return;
  const [id, own] = first;
  say(
    context,
    `${counted(same.length, 'ID')} of several hospitals, such as ${id} in ${and(own)}: they count as different patients.`,
  );
}

/**
 * Scans the raw folders, keeps patients with every asked modality, checks every image, and divides the patients: the
 * home hospital into train and validation, all other hospitals are the external test set.
 *
 * @throws DataError listing every conflict or bad image; nothing of an earlier split is changed then, except that
 *   `rejected.csv` is written.
 */
export async function preprocess(
  { config }: PreprocessOptions,
  found: FoundCohort,
  context: StageContext,
  scan: Scan = scanHere(config.data.num_workers, context),
): Promise<PreprocessResult> {
  const { modalities, splits_dir } = config.data;
  const untold = refuseOrLeaveOut(found.table, config, context);
  requireOwnHome(config, found);
  const { gathered, check, merged } = await usablePatients(found, config, scan, context);
  const splits = found.table?.splits ?? null;
  const homes = homesOf(gathered.members, splits, config.data.home_hospital);
  if (splits !== null)
    say(context, `The sets are those of the table; training and validation are of ${homes.join(', ')}.`);
  const warnings = [
    ...alikeHospitals(found.hospitals),
    ...lackingPatients('data-lost', found, gathered.lacking, modalities),
    ...lackingPatients('data-kept', found, keptOf(gathered.members, modalities), modalities),
    ...emptyClasses(found, gathered.members),
    ...unusedFiles(found, check.masks),
    ...repeatedSlices(gathered.members, check.facts),
    ...check.brightness.warnings(homes),
  ];
  for (const { text } of warnings) warn(context, text);
  const members = assigned(gathered.members, found, config);
  if (config.data.missing === 'allow') requireEachLearnable(members, config.data);
  const external = members.filter(({ split }) => split === 'test');
  const { home_hospital, train_ratio } = config.data;
  const late = [
    ...(splits === null ? unkeptShare(members, home_hospital, train_ratio) : []),
    ...externalOddities(external, found, homes),
  ];
  for (const { text } of late) warn(context, text);
  warnings.push(...late);
  const division: Division = {
    members,
    labels: found.labels,
    exclusions: [...untold, ...gathered.exclusions],
    table: found.table,
    rejected: [...check.rejected, ...masksOf(found, check)],
    facts: check.facts,
    files: filesOf(found, check, merged),
    warnings,
    synthetic: syntheticHospitals(found, members),
    brightness: check.brightness.rows(),
    pictures: await draw(check.brightness.rows(), config.data.modalities, homes.join(', ')),
  };
  keepOtherSplits(splits_dir, context);
  const summary = await writeDivision(division, config, context);
  writeLog(config, summary);
  return { splitsDir: resolve(splits_dir), summary };
}

/** The patients of the folders, or of table and folders together. */
function readFolders(root: string, data: Config['data'], context: StageContext): FoundCohort {
  const { table: place, table_columns, modalities, labels, home_hospital } = data;
  refuseColumnsAlone(place, table_columns);
  if (place === null) return cohortBelow(root, modalities, labels, null);
  const table = readCohortTable(place, table_columns);
  const used = Object.entries(table.columns).map(([role, column]) =>
    role === column ? role : `${column} as ${role}`,
  );
  say(context, `${place}: ${counted(table.rows.length, 'row')}; columns: ${used.join(', ')}.`);
  sayHidden(table, context);
  return cohortBelow(root, modalities, labels, { table, home: home_hospital });
}

/**
 * The classes of the folders are known before any image is read.
 *
 * @param counts Whether there are as many as the home hospitals have: nobody says how many.
 * @returns how many there are.
 * @throws DataError when `model.num_classes` has no room for them, or only other hospitals have one.
 */
export function requireClasses(found: FoundCohort, config: Config, counts: boolean): number {
  const { data, model } = config;
  const { members } = completePatients(found, config);
  const homes = homesOf(members, found.table?.splits ?? null, data.home_hospital);
  const isHome = ({ hospital }: CohortMember): boolean => homes.includes(hospital);
  const sets = {
    train: members.filter(isHome),
    val: [],
    test: members.filter((one) => !isHome(one)),
  };
  const classes = counts
    ? Math.max(model.num_classes, ...sets.train.map(({ label }) => label + 1))
    : model.num_classes;
  refuseUnknownLabels(sets, classes, 'the data', () => data.root_dir ?? '', found.labels ?? []);
  return classes;
}

/** Those whose slices are checked. @throws DataError with all that is contradictory about them. */
export function completePatients(found: FoundCohort, { data, preprocess }: Config): Gathered {
  const issues = new IssueCollector();
  const gathered = gatherPatients(found, preprocess.exclude_conflicts, issues);
  const complete = requireModalities(gathered, data.modalities, data.missing);
  issues.throwIfErrors('the cohort has conflicts');
  return complete;
}

async function usablePatients(
  found: FoundCohort,
  config: Config,
  scan: Scan,
  context: StageContext,
): Promise<{ gathered: Gathered; check: ImageCheck; merged: number }> {
  const { modalities, missing, image_size, resize } = config.data;
  const { exclude_conflicts, skip_unreadable } = config.preprocess;
  const issues = new IssueCollector();
  const complete = completePatients(found, config);
  const check = await checkImages(complete.members, image_size, resize, scan);
  if (check.rejected.length > 0) refuseOrSkip(check, config.data, skip_unreadable, context);
  const readable = { ...complete, members: withoutRejected(complete.members, check) };
  const { members, merged } = mergeFolds(readable.members, check, issues);
  const still = requireModalities({ ...readable, members }, modalities, missing);
  const gathered = findSharedImages(still, check, exclude_conflicts, issues);
  issues.throwIfErrors('the images have conflicts');
  return { gathered, check, merged };
}

/** @throws DataError when there is nobody, or what there is cannot be learned. */
function assigned(
  members: readonly CohortMember[],
  { hospitals, labels, patients, slices, foreign, table }: FoundCohort,
  config: Config,
): AssignedMember[] {
  const { root_dir, modalities, missing, home_hospital, train_ratio } = config.data;
  if (members.length === 0) {
    const counts = new Map([...foreign.values()].flatMap((one) => [...one.counts]));
    const isForeign = slices.length === 0 && counts.size > 0;
    const folders = patients.flatMap((one) => one.folders.map((name) => name.normalize('NFC')));
    const wrong = modalities.find((name) => !folders.includes(name));
    const there = isForeign ? `; their folders hold ${textOf(counts)}` : '';
    throw new DataError(
      'E_NO_PATIENTS',
      `no patient has slices of ${missing === 'allow' ? 'any' : 'every'} modality (${modalities.join(', ')})${there}`,
      {
        hint:
          (isForeign ? importAdvice(counts.keys(), root_dir ?? '…') : undefined) ??
          unusableFolders(folders) ??
          offer(
            wrong ?? '',
            wrong === undefined ? [] : folders,
            'check --modalities against the names of the modality folders',
          ),
      },
    );
  }
  const splits = table?.splits ?? null;
  if (splits !== null) {
    checkLabelRange(members, null, labels);
    return takeSplits(members, splits);
  }
  checkLabelRange(members, home_hospital, labels);
  return assignSplits(members, home_hospital, train_ratio, config.experiment.seed, { hospitals, labels });
}

/** A folder whose name cannot be that of a modality is no answer to `--modalities`. */
function unusableFolders(folders: readonly string[]): string | undefined {
  const bad = folders.find((name) => nameFault('modality', name) !== null);
  return bad === undefined ? undefined : `Rename the folders '${bad}': ${nameFault('modality', bad)}`;
}

/** Those who stay although they lack a modality. */
function keptOf(members: readonly CohortMember[], modalities: readonly string[]): LackingPatient[] {
  return members.map((one) => lackOf(one, modalities)).filter(({ missing }) => missing.length > 0);
}

/** A hospital that has one patient of its own is not made up. */
function syntheticHospitals({ phantoms }: FoundCohort, members: readonly AssignedMember[]): string[] {
  const hospitals = [...new Set(members.map(({ hospital }) => hospital))];
  const isMadeUp = (member: AssignedMember): boolean =>
    phantoms.get(member.hospital)?.has(idOf(member)) === true;
  return hospitals.filter((name) => members.every((one) => one.hospital !== name || isMadeUp(one)));
}

function masksOf(found: FoundCohort, check: ImageCheck): RejectedImage[] {
  return [
    ...found.masks.map((slice) => rejection(slice, 'MASK: it is called like a mask or label')),
    ...check.masks.map((slice) => rejection(slice, 'MASK: two gray values only')),
  ];
}

function filesOf(found: FoundCohort, check: ImageCheck, merged: number): Record<string, number> {
  const files: Record<string, number> = { ...found.ignored, ...check.remarks };
  const masks = found.masks.length + check.masks.length;
  if (masks > 0) files['mask, left out'] = masks;
  if (merged > 0) files['same slice in two folds'] = merged;
  if (check.rejected.length > 0) files.rejected = check.rejected.length;
  return files;
}

/** A picture of each modality: how bright the slices of each hospital are. */
async function draw(
  rows: readonly BrightnessRow[],
  modalities: readonly string[],
  home: string,
): Promise<Map<string, string>> {
  const { drawSvg } = await import('@radweave/report/draw');
  const pictures = new Map<string, string>();
  for (const modality of modalities) {
    const own = rows.filter((row) => row.modality === modality);
    pictures.set(modality, await drawSvg(brightnessChart(own, home, CHART_WORDS)));
  }
  return pictures;
}

function writeLog(config: Config, summary: SplitSummary): void {
  const folder = config.preprocess.log_dir ?? config.data.splits_dir;
  mkdirSync(folder, { recursive: true });
  const line = JSON.stringify({ time: new Date().toISOString(), root_dir: config.data.root_dir, ...summary });
  appendFileSync(splitFiles(folder).log, `${line}\n`);
}
