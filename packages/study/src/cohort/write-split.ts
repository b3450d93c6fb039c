import { join, resolve } from 'node:path';
import {
  type BrightnessRow,
  type CohortCount,
  type CohortPatient,
  type Config,
  type Exclusion,
  findSplitSummary,
  hashFile,
  idOf,
  isObjectAddress,
  labelName,
  type RejectedImage,
  relativePath,
  replaceFilesTogether,
  required,
  SPLIT_FILES,
  SPLIT_SETTINGS,
  SPLITS,
  type Split,
  type SplitSummary,
  settingText,
  slicesHash,
  splitFiles,
  splitHash,
  splitPath,
  text,
  writeBrightness,
  writeCohort,
  writeExclusions,
  writeFileAtomic,
  writeRejected,
  writeSplit,
  writeSplitSummary,
  writeTable,
  writeTableIssues,
} from '@radweave/artifacts';
import { appendFileSync, existsSync, mkdirSync } from '@radweave/artifacts/files';
import type { Remark } from '@radweave/remarks';
import { type StageContext, say, warn } from '../context/events.ts';
import { programVersions } from '../context/versions.ts';
import { type AssignedMember, homesOf } from './assign.ts';
import { forEachSplit } from './each-split.ts';
import { personKey, type ToldByTable } from './found.ts';
import type { ImageCheck } from './images.ts';
import { modalitiesOf } from './patients.ts';
import type { SliceRow } from './slice-table.ts';

type Kinds = NonNullable<SplitSummary['kinds']>;

/** A finished division of the patients, to be written. */
export interface Division {
  members: readonly AssignedMember[];
  /** Names of the labels; null where they are grade0, grade1, …. */
  labels: readonly string[] | null;
  exclusions: readonly Exclusion[];
  /** What a table tells of the patients; null without one. */
  table: ToldByTable | null;
  rejected: readonly RejectedImage[];
  /** What is known of each slice, by path. */
  facts: ImageCheck['facts'];
  /** Files ignored, rejected or accepted with a remark, by reason. */
  files: Record<string, number>;
  warnings: readonly Remark[];
  /** Hospitals whose patients are all made up. */
  synthetic: readonly string[];
  brightness: readonly BrightnessRow[];
  /** A picture of the brightness of each modality. */
  pictures: ReadonlyMap<string, string>;
}

/**
 * Replaces the earlier split by this one, whole. The summary comes last and carries the other files' hashes: `requireSplit`
 * refuses what a crash in between leaves.
 */
export async function writeDivision(
  division: Division,
  config: Config,
  context: StageContext,
): Promise<SplitSummary> {
  const { splits_dir, modalities } = config.data;
  const { members, exclusions, rejected } = division;
  const gone = goneModalities(splitFiles(splits_dir).summary, modalities);
  const obsolete = gone.flatMap((modality) => [
    ...SPLITS.map((split) => splitPath('', split, modality)),
    pictureName(modality),
  ]);
  if (rejected.length === 0) obsolete.push(SPLIT_FILES.rejected);
  const issues = division.table?.issues ?? [];
  if (issues.length === 0) obsolete.push(SPLIT_FILES.tableIssues);
  if (division.table === null) obsolete.push(SPLIT_FILES.clinical);
  const lostTable = division.table === null && existsSync(splitFiles(splits_dir).clinical);
  const fill = (folder: string): SplitSummary => {
    const names = writeSplitFiles(folder, division, config);
    const places = splitFiles(folder);
    writeCohort(places.cohort, cohortOf(division, modalities), modalities);
    writeExclusions(places.exclusions, exclusions);
    writeBrightness(places.brightness, division.brightness);
    for (const [modality, svg] of division.pictures)
      writeFileAtomic(join(folder, pictureName(modality)), svg);
    if (rejected.length > 0) writeRejected(places.rejected, rejected);
    if (issues.length > 0) writeTableIssues(places.tableIssues, issues);
    names.push(SPLIT_FILES.cohort, SPLIT_FILES.exclusions);
    if (division.table !== null) {
      writeClinical(places.clinical, division.table, members);
      names.push(SPLIT_FILES.clinical);
    }
    const hashes = Object.fromEntries(names.map((name) => [name, hashFile(join(folder, name))]));
    const summary = { ...summarise(division, config), hashes };
    writeSplitSummary(places.summary, summary);
    // Before the earlier split is replaced: where this fails nothing is changed.
    writeLog(config, summary);
    return summary;
  };
  const summary = await replaceFilesTogether(splits_dir, fill, {
    last: SPLIT_FILES.summary,
    obsolete,
    // Beside the summary before, files that are new would be taken for edited ones.
    unfinishedWithoutLast: true,
  });
  if (lostTable) {
    warn(
      context,
      `The split before was made with a table of patients, this one without: ${SPLIT_FILES.clinical}, its columns, is removed (to keep it, give --table).`,
    );
  }
  for (const modality of gone) {
    say(context, `The split files of ${modality} were of the split before and are removed.`);
  }
  return summary;
}

function writeLog({ preprocess, data }: Config, summary: SplitSummary): void {
  const folder = preprocess.log_dir ?? data.splits_dir;
  mkdirSync(folder, { recursive: true });
  const line = JSON.stringify({ time: new Date().toISOString(), root_dir: data.root_dir, ...summary });
  appendFileSync(splitFiles(folder).log, `${line}\n`);
}

/** Writes every row of the table about the patients of the cohort, with all its columns, under their keys. */
function writeClinical(path: string, { table, rows }: ToldByTable, members: readonly AssignedMember[]): void {
  const { patient, hospital, split } = table.columns;
  const others = table.header.flatMap((name, at) =>
    [patient, hospital, split, ''].includes(name) ? [] : [{ name, at }],
  );
  const columns = Object.fromEntries([
    ['patient_id', required],
    ['hospital', required],
    ['split', required],
    ...others.map(({ name }) => [name, text] as const),
  ]);
  const lines = members.flatMap((member) =>
    (rows.get(personKey(member.hospital, idOf(member))) ?? []).map(({ cells }) => ({
      ...Object.fromEntries(others.map(({ name, at }) => [name, cells[at] ?? ''])),
      patient_id: member.patient,
      hospital: member.hospital,
      split: member.split,
    })),
  );
  writeTable<Record<string, string>>(path, columns, lines);
}

const pictureName = (modality: string): string => `brightness_${modality}.svg`;

function writeSplitFiles(folder: string, division: Division, config: Config): string[] {
  const { splits_dir, modalities } = config.data;
  const relativeTo = config.preprocess.relative_paths ? splits_dir : undefined;
  return SPLITS.flatMap((split) =>
    modalities.map((modality) => {
      const rows = splitRows(division, split, modality);
      writeSplit(
        splitPath(folder, split, modality),
        rows.map(({ path, ...row }) => ({ image_path: path, ...row })),
        { relativeTo },
      );
      return splitPath('', split, modality);
    }),
  );
}

function splitRows({ members, labels }: Division, split: Split, modality: string): SliceRow[] {
  return members
    .filter((member) => member.split === split)
    .flatMap(({ slices, label, patient, hospital }) =>
      (slices.get(modality) ?? []).map(({ path }) => {
        return { path, label, labelName: labels?.[label], patient, hospital };
      }),
    );
}

function slicesHashes(division: Division, modality: string): Record<Split, string> {
  return forEachSplit((split) =>
    slicesHash(
      splitRows(division, split, modality).map((row) => ({
        ...row,
        pixels: division.facts.get(row.path)?.contentHash ?? '',
      })),
    ),
  );
}

function cohortOf({ members, labels }: Division, modalities: readonly string[]): CohortPatient[] {
  return members.map(({ patient, hospital, label, split, slices }): CohortPatient => {
    const counts = Object.fromEntries(
      modalities.map((modality) => [modality, slices.get(modality)?.length ?? 0]),
    );
    const name = labels === null ? {} : { label_name: labelName(labels, label) };
    return { patient, hospital, label, ...name, split, slices: counts };
  });
}

function summarise(division: Division, config: Config): SplitSummary {
  const { members, labels, exclusions, files, warnings, synthetic } = division;
  const { modalities, missing, home_hospital, train_ratio } = config.data;
  const given = division.table?.splits ?? null;
  const excluded: Record<string, number> = {};
  for (const { reason } of exclusions) excluded[reason] = (excluded[reason] ?? 0) + 1;
  return {
    format: 2,
    counts: countCells(members, modalities),
    modalities,
    ...(missing === 'allow' ? { kinds: countKinds(members, modalities) } : {}),
    ...(labels === null ? {} : { labels: [...labels] }),
    home_hospital: homesOf(members, given, home_hospital).join(', '),
    ...(given === null ? {} : { given_split: true }),
    train_ratio,
    seed: config.experiment.seed,
    split_hash: splitHash(members),
    slices: Object.fromEntries(modalities.map((modality) => [modality, slicesHashes(division, modality)])),
    excluded,
    exclusions: [...exclusions],
    files,
    warnings: [...warnings],
    ...(synthetic.length === 0 ? {} : { synthetic: [...synthetic] }),
    ...placesOf(config),
    versions: programVersions(),
  };
}

/** Where images and table lay, and with which settings the split was made. */
function placesOf(config: Config): Pick<SplitSummary, 'root_dir' | 'made_with'> {
  const { root_dir, table, splits_dir } = config.data;
  const placeOf = (path: string): string => {
    if (isObjectAddress(path)) return path;
    return config.preprocess.relative_paths ? relativePath(splits_dir, resolve(path)) || '.' : resolve(path);
  };
  const made_with = {
    ...Object.fromEntries(SPLIT_SETTINGS.map((key) => [key, settingText(config, key)])),
    ...(table === null ? {} : { 'data.table': placeOf(table) }),
  };
  return { ...(root_dir === null ? {} : { root_dir: placeOf(root_dir) }), made_with };
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

function countKinds(members: readonly AssignedMember[], modalities: readonly string[]): Kinds {
  const kinds = new Map<string, Kinds[number]>();
  for (const member of members) {
    const { hospital, label, split } = member;
    const own = modalitiesOf(member, modalities);
    const key = JSON.stringify([split, hospital, label, own]);
    const kind = kinds.get(key) ?? { hospital, label, split, patients: 0, modalities: own };
    kind.patients++;
    kinds.set(key, kind);
  }
  return [...kinds.values()];
}

/** Modalities of the split before that are no longer asked for: their files would be of another split. */
function goneModalities(summaryPath: string, modalities: readonly string[]): string[] {
  // A damaged summary is about to be replaced; what it listed cannot be known.
  const before = findSplitSummary(summaryPath)?.modalities ?? [];
  return before.filter((modality) => !modalities.includes(modality));
}
