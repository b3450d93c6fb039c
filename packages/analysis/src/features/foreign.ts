import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  alignedFiles,
  DataError,
  type FeatureRow,
  type FeatureSet,
  featureSetPath,
  featureTablePath,
  hashFile,
  readFeatureSet,
  readFeatures,
  readFeatureTable,
  resolveFeaturePath,
  SPLITS,
  type Split,
  UNKNOWN_NETWORK,
  UsageError,
  writeFeatureSet,
} from '@radweave/artifacts';
import { existsSync, renameSync } from '@radweave/artifacts/files';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { programVersions } from '@radweave/study/context/versions';

/**
 * Whether another program made a modality's features: every split has its table, and none the record that `extract`
 * writes. Of our own that are unfinished, a table is missing or another split has a record.
 */
export function isForeign(featuresDir: string, modality: string): boolean {
  return SPLITS.every((split) => {
    const set = featureSetPath(featuresDir, split, modality);
    if (!existsSync(featureTablePath(featuresDir, split, modality))) return false;
    return !existsSync(set) || readFeatureSet(set).checkpoint === UNKNOWN_NETWORK;
  });
}

/** Keeps features of another program, which nobody here can make again. @throws UsageError `E_OTHER_FILE`. */
export function refuseForeignFeatures(featuresDir: string, modality: string): void {
  try {
    if (!isForeign(featuresDir, modality)) return;
  } catch (error) {
    // A record that is damaged is made again.
    if (error instanceof DataError) return;
    throw error;
  }
  throw new UsageError('E_OTHER_FILE', `the features of ${modality} were made by another program`, {
    where: featuresDir,
    hint: 'Name another folder with --set data.features_dir=FOLDER, or move them away; to use them, run radweave fuse',
  });
}

/**
 * Makes the records of features that another program, such as the Python tool, has left: what the files themselves say,
 * marked as of an unknown network. The caller holds the lock of the folder.
 *
 * @throws DataError when an array is missing or is not what its table says.
 */
export function adoptForeign(featuresDir: string, modality: string, context: StageContext): void {
  if (!isForeign(featuresDir, modality)) return;
  const { counted, sha256, dims } = foreignIdentity(featuresDir, modality);
  for (const one of counted) {
    const path = featureSetPath(featuresDir, one.split, modality);
    const record = recordOf(modality, one, sha256, dims);
    if (!existsSync(path) || !isDeepStrictEqual(readFeatureSet(path), record)) writeFeatureSet(path, record);
  }
  warn(
    context,
    `The features of ${modality} were made by another program: it is not known which network gave them, nor which ` +
      'patients it was trained on. Make sure that none of them is in the validation or test set.',
  );
}

interface CountedSplit {
  split: Split;
  patients: number;
  slices: number;
}

/**
 * What features of another program are, by what they hold: the SHA-256 (hex) of all arrays with their patients.
 *
 * @throws DataError when an array is missing or is not what its table says.
 */
export function foreignIdentity(
  featuresDir: string,
  modality: string,
): { sha256: string; dims: number; counted: CountedSplit[] } {
  const identity = createHash('sha256');
  let dims: number | undefined;
  const counted = SPLITS.map((split): CountedSplit => {
    const table = featureTablePath(featuresDir, split, modality);
    const rows = readFeatureTable(table);
    for (const row of rows) {
      const path = resolveFeaturePath(table, row.feature_path);
      dims = requireShape(path, row, dims);
      identity.update(`${split} ${row.patient_id} ${hashFile(path)}\n`);
    }
    return { split, patients: rows.length, slices: rows.reduce((sum, row) => sum + row.num_slices, 0) };
  });
  return { sha256: identity.digest('hex'), dims: dims ?? 1, counted };
}

function requireShape(path: string, { num_slices }: FeatureRow, dims: number | undefined): number {
  const [slices, length = 0] = readFeatures(path).shape;
  if (slices === num_slices && length > 0 && (dims === undefined || dims === length)) return length;
  throw new DataError(
    'E_FEATURE_SHAPE',
    `the features have the shape (${slices}, ${length}), expected (${num_slices}, ${dims ?? 'dims'})`,
    { where: path, hint: 'All arrays of a modality need one row per slice and equally many columns' },
  );
}

function recordOf(
  modality: string,
  { split, patients, slices }: CountedSplit,
  sha256: string,
  dims: number,
): FeatureSet {
  return {
    format: 1,
    modality,
    split,
    model: UNKNOWN_NETWORK,
    checkpoint: UNKNOWN_NETWORK,
    checkpoint_sha256: sha256,
    split_hash: null,
    in_sample: null,
    dims,
    patients,
    slices,
    precision: null,
    image_size: null,
    normalize_mean: null,
    normalize_std: null,
    versions: programVersions(),
  };
}

/** Puts an aligned folder of another program aside, for ours takes its place. */
export function keepForeignAligned(folder: string, context: StageContext): void {
  if (!existsSync(folder) || existsSync(alignedFiles(folder).record)) return;
  let aside = `${folder}.other`;
  for (let n = 2; existsSync(aside); n++) aside = `${folder}.other${n}`;
  renameSync(folder, aside);
  say(context, `${folder} was made by another program and is kept as ${aside}.`);
}
