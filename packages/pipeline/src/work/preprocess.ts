import { resolve } from 'node:path';
import { CHART_WORDS } from '@radweave/analysis/figures/words';
import {
  type BrightnessRow,
  type Config,
  DataError,
  IssueCollector,
  idOf,
  nameFault,
  type RejectedImage,
  type SplitSummary,
} from '@radweave/artifacts';
import { offer } from '@radweave/remarks';
import { brightnessChart } from '@radweave/report/charts';
import {
  type AssignedMember,
  assignSplits,
  checkLabelRange,
  homesOf,
  takeSplits,
} from '@radweave/study/cohort/assign';
import { refuseOrLeaveOut } from '@radweave/study/cohort/cohort-below';
import { addForeign, importAdvice, textOf } from '@radweave/study/cohort/foreign';
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
import { requireEachLearnable } from '@radweave/study/cohort/learnable';
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
  type LackingPatient,
  lackOf,
  requireModalities,
} from '@radweave/study/cohort/patients';
import { keepOtherSplits } from '@radweave/study/cohort/split-folder';
import { type Division, writeDivision } from '@radweave/study/cohort/write-split';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { completePatients, requireOwnHome } from './find-cohort.ts';

/** Options of `preprocess`; everything is in the configuration. */
export interface PreprocessOptions {
  config: Config;
}

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
  if (splits !== null || config.data.missing === 'allow') {
    requireEachLearnable(members, config.data, splits === null ? 'drawn' : 'table');
  }
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
  return { splitsDir: resolve(splits_dir), summary };
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
    const counts = new Map<string, number>();
    for (const one of foreign.values()) {
      for (const [ending, n] of one.counts) addForeign(counts, ending, n);
    }
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
