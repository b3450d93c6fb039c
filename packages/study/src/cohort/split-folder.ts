import { basename, join, resolve } from 'node:path';
import {
  type Config,
  DataError,
  hashFile,
  inShell,
  isObjectAddress,
  isSamePlace,
  localPlace,
  readBytes,
  SPLIT_FILES,
  SPLITS,
  type Split,
  type SplitSummary,
  slicesHash,
  splitFiles,
  splitModalities,
  splitPath,
  splitSummaryIn,
  UsageError,
  writeFileAtomic,
} from '@radweave/artifacts';
import { existsSync, statSync } from '@radweave/artifacts/files';
import { counted, offer } from '@radweave/remarks';
import { type StageContext, warn } from '../context/events.ts';
import { readOwnCohort } from './own-splits.ts';
import type { SliceRow } from './slice-table.ts';

/** Files of the folder that only `preprocess` writes. */
const RECORDS = [SPLIT_FILES.cohort, SPLIT_FILES.exclusions];
/** So many changed images are named. */
const NAMED = 3;
const LINE_FEED = 10;
const AGAIN = 'Run radweave preprocess again';
const OWN =
  "for split files of your own use a folder of their own, without preprocess's summary.json, cohort.csv and exclusions.csv";
export const TORN_REMEDY: string = `${AGAIN}; ${OWN}`;

/**
 * Refuses a splits folder whose files are not of one division of the patients. With `summary.json`, its hashes must be those
 * of the files. Without, the split files are the user's own: no patient may be in two sets; and `cohort.csv` beside them tells
 * of a `preprocess` that was stopped.
 *
 * @throws DataError that names the file and what to do; UsageError for a modality that is there in another letter case.
 */
export function requireSplit(splitsDir: string, modalities: readonly string[]): void {
  const known = splitModalities(splitsDir);
  const other = modalities.find(
    (one) => !known.includes(one) && known.some((name) => differInCase(one, name)),
  );
  if (other !== undefined) throw noSplit(splitsDir, 'train', other);
  const summary = splitSummaryIn(splitsDir);
  if (summary?.hashes !== undefined) {
    const [torn] = tornFiles(splitsDir, modalities, summary);
    if (torn === undefined) return;
    throw new DataError('E_SPLIT_TORN', torn.what, { where: torn.path, hint: TORN_REMEDY });
  }
  const record = RECORDS.map((name) => join(splitsDir, name)).find((path) => existsSync(path));
  if (summary === null && record !== undefined) {
    throw new DataError('E_SPLIT_TORN', 'the split is unfinished: summary.json is missing beside this file', {
      where: record,
      hint: TORN_REMEDY,
    });
  }
  readOwnCohort({ splits_dir: splitsDir, root_dir: null }, modalities);
}

/**
 * Keeps `preprocess` from replacing split files that are the user's own: they may be the only copy.
 *
 * @throws UsageError `E_OWN_SPLIT`.
 */
export function refuseOwnSplit(splitsDir: string): void {
  const [own] = splitModalities(splitsDir);
  if (own === undefined || splitSummaryIn(splitsDir) !== null) return;
  if (RECORDS.some((name) => existsSync(join(splitsDir, name)))) return;
  throw new UsageError('E_OWN_SPLIT', 'preprocess would replace split files that it has not written', {
    where: splitsDir,
    hint:
      'Name another folder with --set data.splits_dir=FOLDER, or move these files away. To use them, leave preprocess and run ' +
      'out: train, extract, fuse and the other commands take them as they are',
  });
}

/**
 * Keeps copies of split files that are not as `preprocess` wrote them, edited ones say, before it replaces them. A copy that a stopped
 * `preprocess` has made is enough.
 */
export function keepOtherSplits(splitsDir: string, context: StageContext): void {
  const hashes = splitSummaryIn(splitsDir)?.hashes;
  if (hashes === undefined) return;
  const kept = splitModalities(splitsDir).flatMap((modality) =>
    SPLITS.flatMap((split) => {
      const path = splitPath(splitsDir, split, modality);
      if (!existsSync(path)) return [];
      const found = hashFile(path);
      if (found === hashes[basename(path)]) return [];
      const isTaken = (place: string): boolean =>
        existsSync(place) && !(statSync(place).isFile() && hashFile(place) === found);
      let copy = `${path}.old`;
      for (let n = 2; isTaken(copy); n++) copy = `${path}.old${n}`;
      if (!existsSync(copy)) writeFileAtomic(copy, readBytes(path));
      return [copy];
    }),
  );
  if (kept.length === 0) return;
  warn(
    context,
    `Split files that are not as preprocess wrote them are replaced; copies: ${kept.join(', ')}.`,
  );
}

/** What to say where a modality has no split file: those that have are offered. */
export function noSplit(splitsDir: string, split: Split, ...modalities: readonly string[]): UsageError {
  const [first = ''] = modalities;
  const known = splitModalities(splitsDir);
  return new UsageError('E_NO_SPLIT', `there is no split file of ${modalities.join(', ')}`, {
    where: splitPath(splitsDir, split, first),
    hint: offer(first, known, `run first: ${commandFor([...known, ...modalities])}`),
  });
}

function commandFor(modalities: readonly string[]): string {
  const all = [...new Set(modalities)];
  return `radweave preprocess --root_dir FOLDER --modalities ${inShell(all)}; or name the folder with --splits_dir`;
}

/** Those of a study's modalities that its split files are not of; none where there are no split files. */
export function notInSplit(splitsDir: string, modalities: readonly string[]): string[] {
  const known = splitModalities(splitsDir);
  return known.length === 0 ? [] : modalities.filter((one) => !known.includes(one));
}

/**
 * Refuses a study of modalities that the split is not of, as a configuration of another study names them: no training
 * and no fusion would ever bring them.
 *
 * @throws UsageError that names the modalities of the split.
 */
export function requireInSplit(splitsDir: string, modalities: readonly string[]): void {
  const lacking = notInSplit(splitsDir, modalities);
  if (lacking.length === 0) return;
  const known = splitModalities(splitsDir);
  const choose = `choose --modalities ${inShell(known)}, or correct data.modalities in the configuration`;
  const make = `for ${lacking.join(', ')} run first: ${commandFor([...known, ...modalities])}`;
  throw new UsageError('E_NO_SPLIT', `the split has no ${lacking.join(', ')}`, {
    where: splitPath(splitsDir, 'train', lacking[0] ?? ''),
    hint: `It is of ${known.join(', ')}: ${choose}; ${make}`,
  });
}

/** {@link requireSplit} for what cannot be done without the split files, and a warning of {@link otherRoot}. */
export function openSplitFolder(
  data: Config['data'],
  modalities: readonly string[],
  context: StageContext,
): void {
  const { splits_dir } = data;
  requireSplit(splits_dir, modalities);
  const lacking = modalities.find((modality) =>
    SPLITS.every((split) => !existsSync(splitPath(splits_dir, split, modality))),
  );
  if (lacking !== undefined) throw noSplit(splits_dir, 'train', lacking);
  const other = otherRoot(data);
  if (other === null) return;
  const { made, root, used } = other;
  warn(context, `The split was made from ${made}, but data.root_dir is ${root}. ${used}.`);
}

/** The data root that a split was made from; null where nothing tells it. */
export function madeFrom(splitsDir: string): string | null {
  const recorded = splitSummaryIn(splitsDir)?.root_dir;
  if (recorded === undefined) return null;
  return isObjectAddress(recorded) ? recorded : resolve(splitsDir, recorded);
}

/** Where the configuration names another data root than that of the split: both, and which images are used. */
export function otherRoot({
  splits_dir,
  root_dir,
}: Config['data']): { made: string; root: string; used: string } | null {
  const made = madeFrom(splits_dir);
  if (made === null || root_dir === null) return null;
  if (isSamePlace(localPlace(made), localPlace(root_dir))) return null;
  const used = existsSync(localPlace(made))
    ? 'The images that the split files list are used; to use the other root, run radweave preprocess with it'
    : 'That folder is gone: images that are not where the split files say are looked for below the other root';
  return { made, root: isObjectAddress(root_dir) ? root_dir : resolve(root_dir), used };
}

/**
 * Refuses slices that are not those which `preprocess` saw and checked, by the hash that it recorded of each set. A split of
 * the user's own, or of an earlier version, has none.
 *
 * @param contentHashes of the decoded images, in the order of the rows.
 * @returns whether `preprocess` saw these slices, and so has told what is odd about them.
 * @throws DataError that names the images which were changed after `preprocess`, as far as their times tell.
 */
export function requireSameSlices(
  splitsDir: string,
  split: Split,
  modality: string,
  rows: readonly SliceRow[],
  contentHashes: readonly string[],
): boolean {
  const summary = splitSummaryIn(splitsDir);
  const recorded = summary?.slices?.[modality]?.[split];
  const hashed = rows.map((row, i) => ({ ...row, pixels: contentHashes[i] ?? '' }));
  if (recorded === undefined) return false;
  if (recorded === slicesHash(hashed)) return true;
  const { mtimeMs: then } = statSync(splitFiles(splitsDir).summary);
  const newer = (['mtimeMs', 'ctimeMs'] as const)
    .map((time) => rows.filter(({ path }) => statSync(path)[time] > then))
    .find((changed) => changed.length > 0);
  const more = (newer?.length ?? 0) - NAMED;
  const names = newer?.slice(0, NAMED).map(({ path }) => path);
  const named = names && `; newer than it: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  throw new DataError(
    'E_SLICES_CHANGED',
    `the ${split} slices of ${modality} are not the images that preprocess saw${named ?? ''}`,
    { where: splitPath(splitsDir, split, modality), hint: `${AGAIN}, or restore the images` },
  );
}

/** The files of a split that are not those which `summary.json` describes, and what is wrong with each. */
export function tornFiles(
  splitsDir: string,
  modalities: readonly string[],
  { hashes, counts }: SplitSummary,
): { path: string; what: string }[] {
  if (hashes === undefined) return [];
  const listed = modalities.flatMap((modality) =>
    SPLITS.map((split): [string, number] => {
      const own = counts.filter((one) => one.split === split);
      return [splitPath('', split, modality), own.reduce((sum, one) => sum + (one.slices[modality] ?? 0), 0)];
    }),
  );
  const rows = new Map(listed);
  return [...new Set([...rows.keys(), ...RECORDS, ...Object.keys(hashes)])].flatMap((name) => {
    const path = join(splitsDir, name);
    const recorded = hashes[name];
    const isThere = existsSync(path);
    if (recorded === undefined ? !isThere : isThere && hashFile(path) === recorded) return [];
    if (recorded === undefined)
      return [{ path, what: 'this file is not of the split that summary.json describes' }];
    if (!isThere) return [{ path, what: 'this file of the split is missing' }];
    const what = 'this file was changed since preprocess wrote it, or is of another split';
    return [{ path, what: `${what}${otherRows(path, rows.get(name))}` }];
  });
}

/** Of a split file that was cut, within a line or at the end of one, or added to. */
function otherRows(path: string, recorded: number | undefined): string {
  if (recorded === undefined) return '';
  const rows = Math.max(0, readBytes(path).filter((byte) => byte === LINE_FEED).length - 1);
  return rows === recorded ? '' : `: it has ${counted(rows, 'row')} instead of ${recorded}`;
}

const differInCase = (a: string, b: string): boolean => a !== b && a.toLowerCase() === b.toLowerCase();
