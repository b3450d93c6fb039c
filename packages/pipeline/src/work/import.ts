import {
  importFiles,
  type Mapping,
  privateFiles,
  readMapping,
  readPseudonyms,
  requireNamed,
  requireWritable,
  secretKey,
  UsageError,
  writeLeftOut,
  writeMapping,
  writePseudonyms,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import {
  allLeftOut,
  countedSeries,
  listed,
  type SeriesCount,
  tallied,
} from '@radweave/importing/cohort/account';
import { stacksOfPatients } from '@radweave/importing/cohort/copies';
import { DoneSeries } from '@radweave/importing/cohort/done';
import {
  leftOutNow,
  otherSettings,
  replacements,
  sharedSeries,
  stayingOf,
} from '@radweave/importing/cohort/earlier';
import {
  dicomReader,
  findImages,
  type ImageReader,
  niftiReader,
  pictureReader,
} from '@radweave/importing/cohort/find-images';
import {
  type Choice,
  chosenByMasks,
  type FoundMask,
  onceEach,
  withMasks,
  withoutMasksAlone,
} from '@radweave/importing/cohort/masks';
import {
  hospitalsOf,
  namesIn,
  patientsOf,
  requireWho,
  type Who,
  withoutImage,
} from '@radweave/importing/cohort/patients';
import { Sources } from '@radweave/importing/cohort/sources';
import { type WrittenAgain, writeSeries } from '@radweave/importing/cohort/write-series';
import { maskWishes } from '@radweave/importing/output/mask-flags';
import type { PixelOptions } from '@radweave/importing/output/options';
import { pixelOptions } from '@radweave/importing/output/pixel-flags';
import { FIRST_FILES } from '@radweave/importing/series/named-files';
import { modalityOf, propose } from '@radweave/importing/series/propose';
import { FIRST_RULES, withMaskRule } from '@radweave/importing/series/rules';
import { counted } from '@radweave/remarks';
import { type StageContext, say, stopIfAsked } from '@radweave/study/context/events';
import { sayHidden } from './hidden-rows.ts';
import {
  labelsNow,
  sayAgain,
  sayLeftOutNow,
  sayStaying,
  sayUnfinished,
  sayUntold,
} from './import-earlier.ts';
import { keepOthersFiles, requireApart } from './import-folders.ts';
import {
  sayColumns,
  sayMaskless,
  sayOddities,
  sayOddLabels,
  sayScattered,
  sayUnmatched,
} from './import-oddities.ts';
import { type ImportOptions, type Listed, whoFor } from './import-options.ts';
import {
  asker,
  conflictingFiles,
  missingFiles,
  mixedMasks,
  mixedSettings,
  openSeries,
  replacedSeries,
  requireSomething,
  tornMasks,
  unclearMasks,
  unnamedFiles,
  unusableMasks,
} from './import-questions.ts';
import {
  type ImportedParts,
  type ImportShare,
  newPatients,
  refuseDryShare,
  shareOfSeries,
} from './import-share.ts';
import { writeSheet } from './import-sheet.ts';

export interface ImportResult {
  /** Null after a dry run. */
  output: string | null;
  files: number;
  series: SeriesCount[];
  /** Files that hold no slice, by reason. */
  leftOut: Record<string, number>;
  /** Series that were written now, and those that were there already. */
  written: number;
  /** Of those that were written: as their files or masks are others than before. */
  changed: number;
  unchanged: number;
  mapping: string;
  sheet: string;
}

/**
 * Makes slices in the layout of a data root of the files of an export.
 *
 * @throws DataError `E_IMPORT_OPEN` when it is not clear which series is which modality, `E_IMPORT_NOTHING` when there is none.
 */
export async function importImages(
  options: ImportOptions,
  context: StageContext,
  how: ImportShare | ImportedParts | null = null,
): Promise<ImportResult> {
  const { records, secrets, dryRun } = options;
  if (how !== null) refuseDryShare(dryRun);
  requireNamed('folder', options.root, 'the folder of the files');
  const pixels = pixelsFor(options);
  const who = whoFor(options);
  if (options.kind === 'dicom') requireWho(who, !dryRun);
  requireApart(options);
  for (const folder of [records, secrets]) requireWritable(folder, '--records and --private');
  keepOthersFiles(options);
  sayHidden({ path: options.table ?? '', hidden: who.hidden }, context);
  const mapping = mappingFor(options);
  const step = (task: string) => (done: number, total: number) => {
    stopIfAsked(context, 'the import');
    context.emit({ kind: 'progress', task, done, total });
  };
  const { pseudonyms: path, leftOut: leftOutPath, uidKey: keyPath } = privateFiles(secrets);
  const unclear: string[] = [];
  const masks: FoundMask[] = [];
  const key = secretKey(keyPath, 'UIDs', 'import all into new folders');
  const sources = new Sources(secrets, key);
  const read = sources.watching(readerFor(who, { key, mapping, unclear, masks }));
  const found = findImages(options.root, read, step('reading headers'), [options.output, records, secrets]);
  const { images, alone } = withoutMasksAlone(found.images, mapping, who.modalities);
  if (options.kind !== 'dicom' && images.length > 0) requireWho(who, !dryRun, images);
  const known = existsSync(path) ? readPseudonyms(path) : [];
  const { patients, pseudonyms, unlisted } = patientsOf(images, who, known);
  if (how === null || pseudonyms.length === known.length) writePseudonyms(path, pseudonyms);
  else throw newPatients(pseudonyms.length - known.length, path);
  const { stacks, copies, conflicts } = stacksOfPatients(
    patients,
    {
      isSuv: pixels.suv !== null,
      modalityOf: (image) => modalityOf(image, mapping, who.modalities),
    },
    step('comparing copies'),
  );
  const named = propose(stacks, mapping, { wanted: who.modalities, usesMasks: options.mask !== null });
  const once = onceEach(masks);
  const {
    proposals: outlined,
    unclear: maskless,
    unused,
    mixed,
  } = options.mask === null
    ? { proposals: named, unclear: [], unused: [], mixed: [] }
    : withMasks(named, once.masks, mapping.decisions);
  const choice: Choice =
    pixels.mask === undefined
      ? { proposals: outlined, slices: new Map(), unusable: [], leftOut: [] }
      : chosenByMasks(outlined, pixels.mask, options.mask?.leavesOut === true, step('reading masks'));
  const { proposals } = choice;
  const unmatched = {
    images: unlisted,
    // They may be of files of whom it is not clear yet whose they are.
    masks: unclear.length > 0 ? [] : [...unused, ...new Set(alone.map((image) => image.path))],
    patients: withoutImage(who.listed ?? [], patients, unlisted),
  };
  sayUnmatched(unmatched, { listed: who.listed ?? [], root: options.root }, leftOutPath, context);
  sayMaskless(choice.leftOut, leftOutPath, context);
  const leftOut = allLeftOut(found, unmatched, { proposals, copies, masks: once.copies }, options.root);
  writeLeftOut(leftOutPath, leftOut);
  writeMapping(importFiles(records).mapping, mapping, proposals.map(listed));
  const reasons = tallied(
    leftOut.filter(({ path, series }) => path !== '' && series === '').map(({ reason }) => reason),
  );
  writeSheet({ ...options, pixels }, choice, found, reasons);
  say(context, `${counted(found.files, 'file')} below ${options.root}`);
  const here = new Set(proposals.map(({ stack }) => stack.id));
  const done = new DoneSeries(records, options.output, proposals);
  const earlier = done.all().filter(({ series }) => !here.has(series));
  sayOddities(patients, proposals, { pseudonyms: { all: pseudonyms, path }, earlier }, context);
  sayOddLabels(who.labels, earlier, importFiles(records).table, context);
  if (who.files === null) sayScattered(proposals, options.root, context);
  const ask = asker(importFiles(records).mapping, dryRun, context);
  ask(unnamedFiles(unclear));
  ask(missingFiles(who.files ?? [], found, options.root));
  requireSomething(found, proposals, options, reasons);
  if (options.mask !== null) ask(tornMasks(found, patients));
  ask(conflictingFiles(conflicts, proposals, options.root));
  ask(openSeries(proposals, options.root));
  ask(mixedMasks(mixed));
  ask(unclearMasks(maskless));
  if (who.columns !== null) sayColumns(who.columns, importFiles(records).patients, context);
  const parts = how !== null && 'parts' in how ? how.parts : null;
  const onUnfinished = (folders: readonly string[]): void => sayUnfinished(folders, context);
  const onAgain = (again: WrittenAgain): void => sayAgain(again, context);
  const on = { onUnfinished, onAgain };
  const { decisions } = mapping;
  const whole = { ...options, decisions, pixels, pseudonyms, sources, told: who.told, parts, ...on };
  ask(replacedSeries(replacements(done, patients, proposals, decisions)));
  const stays = stayingOf(done, patients, proposals, decisions);
  const { other, untold } = otherSettings(stays, proposals, whole);
  ask(mixedSettings(other));
  sayUntold(untold, context);
  if (how === null || 'parts' in how) {
    sayLeftOutNow(leftOutNow(done, patients, proposals, decisions), dryRun, context);
    const labels = labelsNow(patients, who.listed ?? [], pseudonyms);
    const shared = sharedSeries(stays, proposals);
    sayStaying(stays, { hospital: options.hospital, unlisted, labels, shared }, context);
  }
  if (dryRun) ask(unusableMasks(choice.unusable));
  const { slices, ...counts } = dryRun
    ? { written: 0, changed: 0, unchanged: 0, slices: choice.slices }
    : how !== null && 'shard' in how
      ? await writeSeries(
          patients,
          shareOfSeries(proposals, how.shard),
          { ...whole, output: how.into, records: how.into },
          step('writing series'),
        )
      : await writeSeries(patients, proposals, whole, step('writing series'));
  return {
    output: dryRun ? null : options.output,
    files: found.files,
    series: countedSeries(proposals, (one) => slices.get(one) ?? one.stack.slices.length),
    leftOut: reasons,
    ...counts,
    mapping: importFiles(records).mapping,
    sheet: importFiles(records).sheet,
  };
}

function pixelsFor({ pixels, mask }: ImportOptions): PixelOptions {
  const options = pixelOptions(pixels);
  if (mask === null) return options;
  const wishes = maskWishes(mask);
  if (wishes.slices.kind === 'all' || options.fit.kind !== 'spacing') return { ...options, mask: wishes };
  throw new UsageError(
    'E_FLAGS',
    '--fit MM makes slices between those that --mask_slices chooses: give only one of the two',
  );
}

function mappingFor({ kind, records, mask }: ImportOptions): Mapping {
  const known = readMapping(importFiles(records).mapping) ?? { rules: FIRST_RULES, decisions: {} };
  const mapping = kind === 'nifti' && mask !== null ? { ...known, rules: withMaskRule(known.rules) } : known;
  const namesFiles = kind !== 'dicom' || mask !== null;
  return namesFiles ? { files: FIRST_FILES, ...mapping } : mapping;
}

function readerFor(
  who: ImportOptions & Who & Listed,
  { key, mapping, unclear, masks }: { key: string; mapping: Mapping; unclear: string[]; masks: FoundMask[] },
): ImageReader {
  const { kind, volumes, keepsColour, mask, files } = who;
  const hospitalOf = hospitalsOf(who);
  const naming = { patterns: mapping.files ?? [], ...namesIn(who) };
  if (kind === 'dicom')
    return dicomReader({ keepsColour, key, hospitalOf }, mask === null ? null : { found: masks, naming });
  const byPath = files === null ? null : new Map(files.map((row) => [row.file, row]));
  const whose = { ...naming, hospitalOf, unclear, listed: byPath };
  return volumes === null
    ? pictureReader(whose, { keepsColour, key })
    : niftiReader(whose, { ...volumes, key });
}
