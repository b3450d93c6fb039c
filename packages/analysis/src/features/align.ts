import { basename, join } from 'node:path';
import {
  type AlignedFeatures,
  type AlignmentRecord,
  alignedFiles,
  alignedFolder,
  type Config,
  type FeatureRow,
  featureSetPath,
  featureTablePath,
  hashFile,
  naturalCompare,
  outputFolders,
  readAligned,
  readAlignmentRecord,
  replaceFilesTogether,
  SPLITS,
  type Split,
  UNKNOWN_NETWORK,
  writeAligned,
  writeAlignmentRecord,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { and, are, counted } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { notInSplit, requireInSplit, requireSplit } from '@radweave/study/cohort/split-folder';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { adoptForeign, keepForeignAligned } from './foreign.ts';
import { type KnownPatients, requireSameSplit } from './known-patients.ts';
import { type FeatureSource, hasFeatures, noFeatures, readFeatureSource } from './source.ts';

/** The features of several modalities, the same patients in the same order in each. */
export interface Alignment {
  sources: readonly FeatureSource[];
  splits: Record<Split, AlignedFeatures>;
  /** What the split calls the labels, where they have names. */
  labelNames: readonly (string | undefined)[];
  /** The hospital of a patient; empty where the split does not tell it. */
  hospitalOf: (patient: string) => string;
}

/** Aligns those of `modalities` that have features; says which have none, or none yet. @throws UsageError when none has. */
export async function alignAvailable(
  config: Config,
  modalities: readonly string[],
  context: StageContext,
  alignedDir: string = config.data.features_dir,
): Promise<Alignment> {
  const { features_dir, splits_dir } = config.data;
  requireSplit(splits_dir, modalities);
  const absent = notInSplit(splits_dir, modalities);
  const present = modalities.filter((modality) => !absent.includes(modality));
  const ready = present.filter((modality) => hasFeatures(features_dir, modality));
  const waiting = present.filter((modality) => !ready.includes(modality));
  if (ready.length === 0) {
    requireInSplit(splits_dir, modalities);
    const what = `there are no features of ${modalities.join(', ')}`;
    throw noFeatures(what, features_dir, modalities[0] ?? '');
  }
  if (absent.length > 0) say(context, `The split has no ${and(absent)}; aligned: ${and(ready)}.`);
  if (waiting.length > 0) {
    say(
      context,
      `${and(waiting)} ${waiting.length === 1 ? 'has no features yet and is' : 'have no features yet and are'} not aligned; aligned: ${and(ready)}.`,
    );
  }
  return align(config, ready, context, alignedDir);
}

/**
 * Writes `aligned/` of every split: the patients who have all modalities, in natural order of their IDs.
 *
 * @param alignedDir Folder of the splits' `aligned/`, if not that of the features.
 * @throws UsageError where there are none; DataError when features are unfinished, mixed or of another split.
 */
export async function align(
  config: Config,
  modalities: readonly string[],
  context: StageContext,
  alignedDir: string = config.data.features_dir,
): Promise<Alignment> {
  const { sources, known } = openSources(config, modalities, context);
  const { features_dir } = config.data;
  const splits = forEachSplit((split) => alignSplit(split, sources, known));
  const folders = forEachSplit((split) => alignedFolder(alignedDir, split));
  for (const split of SPLITS) keepForeignAligned(folders[split], context);
  const fill = (staging: string): void => {
    for (const split of SPLITS) {
      const folder = alignedFolder(staging, split);
      writeAligned(folder, splits[split]);
      writeAlignmentRecord(folder, recordOf(features_dir, split, modalities));
    }
  };
  await replaceFilesTogether(alignedDir, fill, { obsolete: [], shared: SPLITS });
  for (const split of SPLITS) sayMissing(splits[split], split, folders[split], context);
  return { sources, splits, labelNames: namesOf(known), hospitalOf: hospitalsIn(known) };
}

/** The tables that are there already if they were made from these very features; else they are made again. */
export async function alignIfStale(
  config: Config,
  modalities: readonly string[],
  context: StageContext,
): Promise<Alignment> {
  const { features_dir } = config.data;
  if (!areAligned(features_dir, modalities)) {
    say(context, 'The aligned tables are missing or stale: aligning again.');
    return align(config, modalities, context);
  }
  const { sources, known } = openSources(config, modalities, context);
  const splits = forEachSplit((split) => readAligned(alignedFolder(features_dir, split), modalities));
  return { sources, splits, labelNames: namesOf(known), hospitalOf: hospitalsIn(known) };
}

function hospitalsIn(known: KnownPatients): Alignment['hospitalOf'] {
  return (patient) => known.get(patient.normalize('NFC'))?.hospital ?? '';
}

function namesOf(known: KnownPatients): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  for (const { label, labelName } of known.values()) names[label] ??= labelName;
  return names;
}

/** Whether the aligned tables that lie there were made from these very features. */
export function areAligned(featuresDir: string, modalities: readonly string[]): boolean {
  return !SPLITS.some((split) => isStale(featuresDir, split, modalities));
}

function openSources(
  { data, experiment }: Config,
  modalities: readonly string[],
  context: StageContext,
): { sources: FeatureSource[]; known: KnownPatients } {
  const { features_dir, splits_dir } = data;
  requireSplit(splits_dir, modalities);
  requireInSplit(splits_dir, modalities);
  for (const modality of modalities) adoptForeign(features_dir, modality, context);
  const sources = modalities.map((modality) => readFeatureSource(features_dir, modality));
  const known = requireSameSplit(sources, splits_dir, modalities);
  for (const source of sources) sayOtherRun(source, experiment.output_dir, context);
  return { sources, known };
}

/** The numbers of the network beside them would be another's: features that were copied, or extracted with a checkpoint from elsewhere. */
function sayOtherRun({ modality, sets }: FeatureSource, outputDir: string, context: StageContext): void {
  const { checkpoint } = sets.train;
  if (checkpoint === 'pretrained' || checkpoint === UNKNOWN_NETWORK) return;
  const { checkpoints } = outputFolders(outputDir);
  // By its name there: an output folder may be moved, and what is fused does not depend on a network. `evaluate` compares contents.
  const parts = checkpoint.split(/[\\/]/);
  const own = join(checkpoints, ...parts.slice(parts.lastIndexOf(basename(checkpoints)) + 1));
  if (existsSync(own)) return;
  say(
    context,
    `The features of ${modality} come from ${checkpoint}, which is not a checkpoint of ${outputDir}.`,
  );
}

function alignSplit(split: Split, sources: readonly FeatureSource[], known: KnownPatients): AlignedFeatures {
  const byPatient = sources.map(({ rows }) => new Map(rows[split].map((row) => [row.patient_id, row])));
  const ids = [...new Set(byPatient.flatMap((rows) => [...rows.keys()]))].sort(naturalCompare);
  const labelOf = (id: string): number => byPatient.find((rows) => rows.has(id))?.get(id)?.label ?? 0;
  const complete = ids.filter((id) => byPatient.every((rows) => rows.has(id)));
  const patients = complete.map((id) => ({
    patient_id: id,
    hospital: hospitalsIn(known)(id),
    label: labelOf(id),
  }));
  const missing = ids
    .filter((id) => !complete.includes(id))
    .map((id) => ({
      patient_id: id,
      label: labelOf(id),
      missing_modalities: sources
        .filter((_, i) => byPatient[i]?.has(id) !== true)
        .map(({ modality }) => modality)
        .join(' '),
    }));
  const tables = sources.map(({ modality }, i): [string, FeatureRow[]] => {
    return [modality, complete.flatMap((id) => byPatient[i]?.get(id) ?? [])];
  });
  return { patients, missing, tables: Object.fromEntries(tables) };
}

function recordOf(featuresDir: string, split: Split, modalities: readonly string[]): AlignmentRecord {
  const sources = modalities.map((modality): [string, AlignmentRecord['sources'][string]] => [
    modality,
    {
      table_sha256: hashFile(featureTablePath(featuresDir, split, modality)),
      set_sha256: hashFile(featureSetPath(featuresDir, split, modality)),
    },
  ]);
  return { format: 1, sources: Object.fromEntries(sources) };
}

function isStale(featuresDir: string, split: Split, modalities: readonly string[]): boolean {
  const folder = alignedFolder(featuresDir, split);
  if (!existsSync(alignedFiles(folder).record)) return true;
  const sorted = ({ sources }: AlignmentRecord): string =>
    JSON.stringify(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1)));
  const written = readAlignmentRecord(folder);
  const isExtracted = modalities.every((modality) =>
    existsSync(featureSetPath(featuresDir, split, modality)),
  );
  return !isExtracted || sorted(written) !== sorted(recordOf(featuresDir, split, modalities));
}

function sayMissing(
  { missing, patients }: AlignedFeatures,
  split: Split,
  folder: string,
  context: StageContext,
): void {
  say(context, `${split}: ${counted(patients.length, 'patient')} aligned.`);
  if (missing.length === 0) return;
  const shown = missing.slice(0, 5).map((one) => `${one.patient_id} (no ${one.missing_modalities})`);
  const more = missing.length > 5 ? ', …' : '';
  warn(
    context,
    `${counted(missing.length, 'patient')} of ${split} ${missing.length === 1 ? 'lacks' : 'lack'} a modality and ${are(missing.length)} not in the aligned tables: ${shown.join(', ')}${more}. ` +
      `All are in ${alignedFiles(folder).missing}.`,
  );
}
