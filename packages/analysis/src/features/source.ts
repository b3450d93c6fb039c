import {
  DataError,
  type FeatureRow,
  type FeatureSet,
  featureSetPath,
  featureTablePath,
  readFeatureSet,
  readFeatureTable,
  SPLITS,
  type Split,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';

/** A modality's extracted features in all splits: tables and where they came from, without the arrays. */
export interface FeatureSource {
  modality: string;
  rows: Record<Split, FeatureRow[]>;
  sets: Record<Split, FeatureSet>;
}

/** Whether a modality has features in any split. */
export function hasFeatures(featuresDir: string, modality: string): boolean {
  return SPLITS.some((split) => existsSync(featureTablePath(featuresDir, split, modality)));
}

/**
 * Reads a modality's tables and feature sets.
 *
 * @throws DataError when a split is missing or unfinished, or the splits come from different checkpoints.
 */
export function readFeatureSource(featuresDir: string, modality: string): FeatureSource {
  const read = (split: Split): [FeatureRow[], FeatureSet] => {
    for (const path of [featureTablePath, featureSetPath].map((of) => of(featuresDir, split, modality))) {
      if (existsSync(path)) continue;
      throw new DataError('E_NO_FEATURES', `the ${split} features of ${modality} are missing or unfinished`, {
        where: path,
        hint: `Run: radweave extract --modality ${modality}`,
      });
    }
    const rows = readFeatureTable(featureTablePath(featuresDir, split, modality));
    const set = readFeatureSet(featureSetPath(featuresDir, split, modality));
    requireWhole(rows, set, featureTablePath(featuresDir, split, modality));
    return [rows, set];
  };
  const [train, val, test] = [read('train'), read('val'), read('test')];
  const sets = { train: train[1], val: val[1], test: test[1] };
  requireOneCheckpoint(modality, sets, featuresDir);
  return { modality, rows: { train: train[0], val: val[0], test: test[0] }, sets };
}

function requireWhole(rows: readonly FeatureRow[], set: FeatureSet, path: string): void {
  const slices = rows.reduce((sum, row) => sum + row.num_slices, 0);
  if (rows.length === set.patients && slices === set.slices) return;
  throw new DataError(
    'E_FEATURES_CHANGED',
    `the table lists ${rows.length} patients and ${slices} slices, but ${set.patients} and ${set.slices} were extracted`,
    { where: path, hint: `Run: radweave extract --modality ${set.modality}` },
  );
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
    { where: featuresDir, hint: `Run: radweave extract --modality ${modality}` },
  );
}
