import {
  DataError,
  type FeatureRow,
  type FeatureSet,
  featureModalities,
  featureSetPath,
  featureTablePath,
  inShell,
  readFeatureSet,
  readFeatureTable,
  SPLITS,
  type Split,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { offer } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { isForeign } from './foreign.ts';
import { type RecordedArrays, readRecordedFeatures, recordedArrays } from './recorded.ts';

/** A modality's extracted features in all splits: tables and where they came from, without the arrays. */
export interface FeatureSource {
  modality: string;
  rows: Record<Split, FeatureRow[]>;
  sets: Record<Split, FeatureSet>;
  arrays: Record<Split, RecordedArrays>;
}

export function hasFeatures(featuresDir: string, modality: string): boolean {
  return SPLITS.some((split) => existsSync(featureTablePath(featuresDir, split, modality)));
}

/** What to say where a modality lacks features: where it has none, those that have are offered. */
export function noFeatures(what: string, featuresDir: string, modality: string): UsageError {
  return new UsageError('E_NO_FEATURES', what, {
    where: featuresDir,
    hint: offer(
      modality,
      featureModalities(featuresDir),
      `run: radweave extract --modality ${inShell(modality)}`,
    ),
  });
}

/** A modality's features of one split, without the arrays. */
export interface SplitFeatures {
  rows: FeatureRow[];
  set: FeatureSet;
  table: string;
  arrays: RecordedArrays;
}

/** @throws UsageError where there are no features; DataError when table or record is missing, damaged or not that of the other. */
export function readSplitFeatures(featuresDir: string, split: Split, modality: string): SplitFeatures {
  const table = featureTablePath(featuresDir, split, modality);
  const record = featureSetPath(featuresDir, split, modality);
  const lacking = [table, record].find((path) => !existsSync(path));
  if (lacking !== undefined && !hasFeatures(featuresDir, modality) && !existsSync(record))
    throw noFeatures(`there are no features of ${modality}`, featuresDir, modality);
  if (lacking !== undefined) {
    throw new DataError('E_FEATURES_TORN', `the ${split} features of ${modality} are unfinished`, {
      where: lacking,
      hint: `Run: radweave extract --modality ${inShell(modality)}`,
    });
  }
  const rows = readFeatureTable(table);
  const set = readFeatureSet(record);
  return { rows, set, table, arrays: recordedArrays(rows, set, table) };
}

/** Reads every array of a modality that has its record. @throws DataError as {@link readRecordedFeatures}. */
export function requireArrays(featuresDir: string, modality: string): void {
  if (!hasFeatures(featuresDir, modality) || isForeign(featuresDir, modality)) return;
  for (const split of SPLITS) {
    const { rows, table, arrays } = readSplitFeatures(featuresDir, split, modality);
    for (const row of rows) readRecordedFeatures(row, table, arrays);
  }
}

/**
 * Reads a modality's tables and feature sets.
 *
 * @throws UsageError where there are none; DataError when a split is unfinished, or the splits come from different checkpoints.
 */
export function readFeatureSource(featuresDir: string, modality: string): FeatureSource {
  const splits = forEachSplit((split) => readSplitFeatures(featuresDir, split, modality));
  const sets = forEachSplit((split) => splits[split].set);
  requireOneCheckpoint(modality, sets, featuresDir);
  return {
    modality,
    rows: forEachSplit((split) => splits[split].rows),
    sets,
    arrays: forEachSplit((split) => splits[split].arrays),
  };
}

function requireOneCheckpoint(modality: string, sets: Record<Split, FeatureSet>, featuresDir: string): void {
  const origin = ({ checkpoint_sha256, dims, precision }: FeatureSet): string =>
    JSON.stringify([checkpoint_sha256, dims, precision]);
  if (SPLITS.every((split) => origin(sets[split]) === origin(sets.train))) return;
  const list = SPLITS.map((split) => {
    const { checkpoint, checkpoint_sha256, precision } = sets[split];
    return `${split}: ${checkpoint} (${checkpoint_sha256.slice(0, 8)}, ${precision ?? 'precision unknown'})`;
  });
  throw new DataError(
    'E_MIXED_CHECKPOINTS',
    `the features of ${modality} come from different checkpoints: ${list.join('; ')}`,
    { where: featuresDir, hint: `Run: radweave extract --modality ${inShell(modality)}` },
  );
}
